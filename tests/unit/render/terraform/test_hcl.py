"""HCL as `terraform fmt` writes it."""

from __future__ import annotations

import pytest

from kmsgen.render.terraform.hcl import Expression, Interpolated, addresses, aligned, identifier, text, value
from tests.unit.render.texts import NASTY


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("plain", '"plain"'),
        ("${aws:username}", '"$${aws:username}"'),
        ("$${x}", '"$$${x}"'),
        ("%{ if true }", '"%%{ if true }"'),
        ("$ % {", '"$ % {"'),
        ('say "x"', '"say \\"x\\""'),
        ("a\\b", '"a\\\\b"'),
        ("a\nb\r\tc", '"a\\nb\\r\\tc"'),
        ("\x00\x1b", '"\\u0000\\u001b"'),
        ("é日本", '"é日本"'),
        ("\u202e", '"\\u202e"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
)
def test_a_text_is_escaped_so_that_hcl_reads_it_back(given: str, written: str) -> None:
    """Templates are doubled, quotes and controls escaped, other letters kept, invisible ones spelled out."""
    assert text(given) == written


@pytest.mark.parametrize("given", NASTY, ids=ascii)
def test_no_text_opens_a_template_or_a_line(given: str) -> None:
    """Whatever the text, its literal is on one line and every `${` and `%{` in it is doubled."""
    written = text(given)
    assert "\n" not in written
    assert written.count("${") == written.count("$${")
    assert written.count("%{") == written.count("%%{")


def test_equals_signs_are_aligned_within_a_run_of_single_lines() -> None:
    """An item over several lines is not aligned and ends the run."""
    data = {"a": 1, "long_name": True, "list": ["x"], "b": None, "cc": "y"}
    assert value(data) == '{\n  a         = 1\n  long_name = true\n  list = [\n    "x",\n  ]\n  b  = null\n  cc = "y"\n}'


def test_names_that_are_no_identifiers_are_quoted_in_ascii() -> None:
    """The width of a name is the number of its characters, whatever the letters."""
    assert value({"kms:é": 1, "for": 2, "ok-name": 3}) == '{\n  "kms:\\u00e9" = 1\n  "for"        = 2\n  ok-name      = 3\n}'


def test_expressions_stay_and_texts_around_them_are_escaped() -> None:
    """A string is put together from expressions and literal text."""
    assert value(Interpolated(("arn:${x}/", Expression("var.id"), '"'))) == '"arn:$${x}/${var.id}\\""'


@pytest.mark.parametrize(
    ("before", "written"),
    [("$", '"${"$"}${var.id}"'), ("a$$", '"a${"$$"}${var.id}"'), ("%", '"%${var.id}"'), ("${", '"$${${var.id}"')],
)
def test_a_dollar_does_not_swallow_the_expression_behind_it(before: str, written: str) -> None:
    """`$${` would be the text `${`: a dollar in front of an expression is an expression itself."""
    assert value(Interpolated((before, Expression("var.id")))) == written


def test_empty_collections_stay_on_their_line() -> None:
    """`[]` and `{}` are aligned with their neighbours."""
    assert value({"a": [], "bb": {}}) == "{\n  a  = []\n  bb = {}\n}"


def test_arguments_of_a_template_are_aligned_whatever_their_values_hold() -> None:
    """The first `=` of a line is the argument's: those in its value stay where they are."""
    written = text("b = c ")
    assert aligned(f"  a = {written}\n  longer = 1\n") == f"  a      = {written}\n  longer = 1\n"


@pytest.mark.parametrize("lines", ["", "  a = 1\n  b\n", "  a=1\n"])
def test_what_is_no_argument_is_not_aligned(lines: str) -> None:
    """A line of a template that is no `name = value` is a mistake in the template, never passed on."""
    with pytest.raises(ValueError, match="unpack"):
        aligned(lines)


@pytest.mark.parametrize("name", ["this", "role_app", "n1-a", "_x"])
def test_a_name_stands_in_a_reference_as_it_is(name: str) -> None:
    """An identifier needs no quotes."""
    assert identifier(name) == name


@pytest.mark.parametrize("name", [text for text in NASTY if not (text.isascii() and text.isalpha())], ids=ascii)
def test_what_is_no_identifier_stands_in_no_reference(name: str) -> None:
    """There is no way to quote a name in a reference: what is none is an error."""
    with pytest.raises(ValueError, match="identifier"):
        identifier(name)
    with pytest.raises(ValueError, match="identifier"):
        addresses(["aws_kms_key.this", f"aws_kms_key.{name}"])


def test_addresses_stand_one_after_the_other() -> None:
    """As `depends_on` takes them."""
    assert addresses(["aws_kms_key.this", "aws_kms_alias.n1-a"]) == "aws_kms_key.this, aws_kms_alias.n1-a"


def test_what_is_not_plain_data_is_refused() -> None:
    """A value of another type is an error, never its repr."""
    with pytest.raises(TypeError):
        value({"a": 1.5})

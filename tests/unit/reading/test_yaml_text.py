"""YAML from hostile hands."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import MAX_BYTES, Dialect, parse
from kmsgen.reading.yaml_text import parse_yaml

PLAIN = {
    "111122223333": "111122223333",
    "'012345670123'": "012345670123",
    "007": "007",
    "1e3": "1e3",
    "0o17": "0o17",
    "1:30": "1:30",
    "2012-10-17": "2012-10-17",
    "no": "no",
    "on": "on",
    "True": "True",
    "true": True,
    "false": False,
    "null": None,
    "'true'": "true",
    '"null"': "null",
    '""': "",
}


@pytest.mark.parametrize("written", PLAIN)
def test_a_scalar_stays_the_text_that_was_written(written: str) -> None:
    """Only plain true, false and null are more than text: a number keeps its zeros and `no` is a word."""
    assert parse(f"value: {written}", "intent.yaml").data == {"value": PLAIN[written]}


REFUSED = {
    "a key twice": ("a: 1\nb:\n  c: 1\n  c: 2\n", "duplicate-key", (4, 3)),
    "an anchor": ("a: &x 1\n", "yaml-anchor", (1, 4)),
    "an alias": ("a: *x\n", "yaml-alias", (1, 4)),
    "a tag": ("a: !!python/object:os.system x\n", "yaml-tag", (1, 4)),
    "an account id that looks like an octal number": ("a: 012345670123\n", "unquoted-account", (1, 4)),
    "an account id that looks like a number": ("012345678901: x\n", "unquoted-account", (1, 1)),
    "a merge key": ("a:\n  <<: {b: 1}\n", "yaml-merge", (2, 3)),
    "a second document": ("a: 1\n---\nb: 2\n", "several-documents", (2, 1)),
    "a key that is a list": ("? [a]\n: b\n", "bad-key", (1, 3)),
    "too many levels": ("[" * 100_000, "too-deep", (1, 51)),
    "a control character": ("a: 1\nb: \x07\n", "yaml-syntax", (2, 4)),
    "an unclosed list": ("a: [1, 2\nb: 3\n", "yaml-syntax", (2, 2)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_refused_where_it_stands(what: str) -> None:
    """Each refusal names its place and its code, and nothing grows with what an alias would multiply."""
    text, code, place = REFUSED[what]
    with pytest.raises(InputError) as raised:
        parse(text, "intent.yaml")
    first = raised.value.diagnostics[0]
    assert (first.code, (first.location.line, first.location.column)) == (code, place)


def test_every_problem_is_told_in_one_run() -> None:
    """A file with three problems has three diagnostics, in the order of the file."""
    with pytest.raises(InputError) as raised:
        parse("a: &x 1\na: 2\nb: !t 3\n", "intent.yaml")
    assert [d.code for d in raised.value.diagnostics] == ["yaml-anchor", "duplicate-key", "yaml-tag"]


def test_places_lead_to_values_and_keys() -> None:
    """Columns count code points from 1; an unknown step stays at the nearest parent."""
    source = parse("ä: {b: [x, yy]}\nc: d\n", "intent.yaml")
    assert str(source.where(("ä", "b", 1))) == "intent.yaml:1:12"
    assert str(source.where_key(("ä", "b"))) == "intent.yaml:1:5"
    assert str(source.where(("c", "nowhere"))) == "intent.yaml:2:4"


def test_yaml_is_no_longer_than_what_its_reader_can_hold() -> None:
    """It takes more memory than JSON of the same length."""
    with pytest.raises(InputError, match="too-large: the YAML is larger than 4096 KiB"):
        parse("#" * (MAX_BYTES + 1), "template.yaml")


DIALECT = Dialect("a:", {"!Ref": "Ref"}, "Fn::", lambda data: isinstance(data, dict) and "a" in data)


def test_a_tag_is_the_key_that_stands_for_it() -> None:
    """In a dialect `!Ref x` is `{Ref: x}` and `!Sub x` is `{Fn::Sub: x}`, whatever it names; YAML's own tags are read."""
    source = parse_yaml("a: !Ref x\nb: !Sub [y, {z: !Else w}]\nc: ! d\ne: !!str 07\n", "template.yaml", DIALECT)
    assert source.data == {"a": {"Ref": "x"}, "b": {"Fn::Sub": ["y", {"z": {"Fn::Else": "w"}}]}, "c": "d", "e": "07"}
    assert str(source.where(("b", "Fn::Sub", 1, "z"))) == "template.yaml:2:17"


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!binary", "!!set", "!<x>"])
def test_other_tags_are_refused_in_a_dialect_too(tag: str) -> None:
    """Nothing is made of a tag that says what to make, and CloudFormation takes none of these."""
    with pytest.raises(InputError, match="yaml-tag"):
        parse_yaml(f"a: {tag} x\n", "template.yaml", DIALECT)


def test_an_alias_is_what_stands_at_its_anchor() -> None:
    """A text, a list, a mapping; an anchor that is given again stands for the later part from there on."""
    text = "a: &x [1, &y {b: c}]\nd: *x\ne: *y\nf: &x 2\ng: [*x]\n"
    source = parse_yaml(text, "template.yaml", DIALECT)
    assert source.data == {"a": ["1", {"b": "c"}], "d": ["1", {"b": "c"}], "e": {"b": "c"}, "f": "2", "g": ["2"]}
    assert str(source.where(("d", 1, "b"))) == "template.yaml:1:18"


def test_a_merge_key_gives_what_a_mapping_does_not_have_itself() -> None:
    """Of several mappings the first counts; what is merged has its places where it is written."""
    text = "a: &x {k: 1, l: 2}\nb: &y {k: 3, m: 4}\nc: {k: 5, <<: *x}\nd:\n  <<: [*y, *x]\n"
    source = parse_yaml(text, "template.yaml", DIALECT)
    assert source.data["c"] == {"k": "5", "l": "2"}
    assert source.data["d"] == {"k": "3", "m": "4", "l": "2"}
    assert str(source.where(("d", "m"))) == "template.yaml:2:17"


REFUSED_SHARING = {
    "an alias without an anchor": ("a: *x\n", "yaml-alias", (1, 4)),
    "an alias within its own anchor": ("a: &x [*x]\n", "yaml-alias", (1, 8)),
    "more values than a few lines can hold": (
        "a: &0 [" + "x, " * 9 + "x]\n" + "".join(f"{n}: &{n} [" + f"*{n - 1}, " * 9 + f"*{n - 1}]\n" for n in range(1, 9)),
        "yaml-alias", (5, 36),
    ),
    "more levels than a text has": (f"a: &x {'[' * 30}{']' * 30}\nb: {'[' * 25}*x{']' * 25}\n", "too-deep", (2, 29)),
    "a text that is merged": ("a: {<<: b}\n", "yaml-merge", (1, 10)),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED_SHARING)
def test_sharing_has_its_bounds(what: str) -> None:
    """Nothing stands within itself, and nothing grows with what aliases multiply."""
    text, code, place = REFUSED_SHARING[what]
    with pytest.raises(InputError) as raised:
        parse_yaml(text, "template.yaml", DIALECT)
    first = raised.value.diagnostics[0]
    assert (first.code, (first.location.line, first.location.column)) == (code, place)


@pytest.mark.parametrize("written", ["true", "True", "TRUE", "yes", "Yes", "on", "ON"])
def test_a_dialect_has_the_booleans_of_the_older_yaml(written: str) -> None:
    """What YAML 1.1 reads as a boolean is one, unless it has quotes; `y` is a text."""
    source = parse_yaml(f"a: {written}\nb: '{written}'\nc: y\n", "template.yaml", DIALECT)
    assert source.data == {"a": True, "b": written, "c": "y"}


@pytest.mark.parametrize("text", ["b: !Ref 'a:'\n", "!Ref a: 1\n", "a: 1\n!Sub b: 1\n"])
def test_a_tag_is_refused_in_other_documents_and_at_keys(text: str) -> None:
    """What a document is, is told by its content; a key of a mapping stands for itself."""
    with pytest.raises(InputError) as raised:
        parse_yaml(text, "other.yaml", DIALECT)
    assert [one.code for one in raised.value.diagnostics] == ["yaml-tag"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\tb: 1\n", "line 2 is indented with a tab: use spaces"),
        ("a: 1\nb:\n  c: 2\n \td: 3\n", "line 4 is indented with a tab: use spaces"),
    ],
)
def test_a_tab_that_indents_is_named(text: str, hint: str) -> None:
    """YAML takes spaces alone, and its parsers speak of a character that cannot start a token."""
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "x.yaml")
    assert [(found.code, found.hint) for found in caught.value.diagnostics] == [("yaml-syntax", hint)]

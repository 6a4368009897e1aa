"""The engine of a target: what enters a template, and how."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jinja2 import Environment, TemplateError, UndefinedError, nodes

from kmsgen.render import cloudformation, grant_calls
from kmsgen.render.terraform.templates import TEMPLATES as TERRAFORM
from kmsgen.render.text import json_text
from kmsgen.render.text.environment import comment, environment
from kmsgen.resources import shipped

ENGINES = {
    "json": json_text.TEMPLATES,
    "grants": grant_calls.TEMPLATES,
    "cloudformation": cloudformation.TEMPLATES,
    "terraform": TERRAFORM,
}
LAYOUT = frozenset({"indent", "trim", "aligned"})
NAMES = [(target, name) for target, engine in ENGINES.items() for name in engine.list_templates() if name.endswith(".j2")]


def fill(source: str, **values: object) -> str:
    """Fill in a template of an engine with one literal, which puts a text between angle brackets."""
    engine = environment("json", {"literal": lambda text: f"<{text}>"})
    return engine.from_string(source).render(values)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ a | literal }}", "<b & \n>"),
        ("{% macro one(x) %}[{{ x | literal }}]{% endmacro %}{{ one(a) }}", "[<b & \n>]"),
        ("{{ a | literal | indent(2) }}", "<b & \n  >"),
        ("{% filter trim %}  {{ a | literal }}  {% endfilter %}", "<b & \n>"),
    ],
)
def test_a_value_is_written_by_a_literal_and_by_nothing_else(source: str, written: str) -> None:
    """What a filter wrote stays as it is, through macros and layout."""
    assert fill(source, a="b & \n") == written


@pytest.mark.parametrize(
    "source",
    [
        "{{ a }}",
        "{{ [a] }}",
        "{% macro one(x) %}{{ x }}{% endmacro %}{{ one(a) }}",
        "{{ a | indent(2) }}",
        "{{ a | trim }}",
        "{{ a | literal | literal }}",
    ],
)
def test_a_value_without_a_literal_is_an_error(source: str) -> None:
    """A forgotten filter never writes the value as it is, nor as HTML would have it."""
    with pytest.raises(TypeError):
        fill(source, a="b")


@pytest.mark.parametrize("source", ["{{ nope }}", "{{ nope | literal }}", "{% if nope %}{% endif %}", "{{ a.nope | literal }}"])
def test_an_undefined_name_is_an_error(source: str) -> None:
    """A name that nobody gave is never an empty text."""
    with pytest.raises(UndefinedError, match="nope"):
        fill(source, a="b")


@pytest.mark.parametrize("name", ["safe", "escape", "e", "forceescape", "tojson", "urlize", "xmlattr", "join", "hcl", "sh"])
def test_there_is_no_filter_but_those_of_the_language(name: str) -> None:
    """Jinja2's own filters, some of which put on the mark, and those of other languages are unknown."""
    with pytest.raises(TemplateError, match="No filter"):
        fill(f"{{{{ a | {name} }}}}", a="b")


def test_every_folder_of_templates_is_that_of_an_engine() -> None:
    """The tests below leave no template out."""
    assert {path.name for path in shipped("templates").iterdir()} == set(ENGINES)


@pytest.mark.parametrize(("target", "name"), NAMES)
def test_every_value_of_every_template_goes_through_a_literal_last(target: str, name: str) -> None:
    """In every branch, taken or not: a literal is the last to touch a value, but for layout behind it."""
    engine = ENGINES[target]
    for node in written(parsed(engine, name)):
        assert is_literal(node), f"line {node.lineno}"


@pytest.mark.parametrize(("target", "name"), NAMES)
def test_no_template_turns_off_what_guards_it(target: str, name: str) -> None:
    """A whole block is laid out at most, and never excepted from the rule."""
    tree = parsed(ENGINES[target], name)
    assert not list(tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)))
    assert {block.filter.name for block in tree.find_all(nodes.FilterBlock)} <= LAYOUT


def parsed(engine: Environment, name: str) -> nodes.Template:
    """Return the syntax tree of a template."""
    assert engine.loader is not None
    return engine.parse(engine.loader.get_source(engine, name)[0])


def written(tree: nodes.Template) -> Iterator[nodes.Expr]:
    """Yield each expression that a template writes."""
    for output in tree.find_all(nodes.Output):
        yield from (node for node in output.nodes if not isinstance(node, nodes.TemplateData))


def is_literal(node: nodes.Node | None) -> bool:
    """Return whether the last to touch a value is a literal."""
    if not isinstance(node, nodes.Filter):
        return False
    return is_literal(node.node) if node.name in LAYOUT else True


def test_a_comment_stays_on_its_line() -> None:
    """A newline in a name cannot start a command."""
    assert comment("a\nrm -rf /\r\u2028b") == "a?rm -rf /??b"

"""The Jinja2 engine of one target: its folder of templates, and the filters of its language, through which values enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from kmsgen import __version__
from kmsgen.render.text.byte_code import ByteCode
from kmsgen.resources import shipped

Filter = Callable[..., str]
OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "optimized": False,  # each template is filled in a few times: to fold its constants takes longer than it saves
    }
)


def comment(text: str) -> str:
    """Return a comment's text, on one line: whatever is not printable becomes `?`."""
    return "".join(char if char.isprintable() else "?" for char in text)


def indent(text: str, width: int) -> str:
    """Return lines indented by `width` spaces, the first one where it stands."""
    return text.replace("\n", "\n" + " " * width)


LITERALS: Mapping[str, Filter] = MappingProxyType({"comment": comment})
LAYOUT: Mapping[str, Filter] = MappingProxyType({"indent": indent, "trim": str.strip})


def environment(target: str, literals: Mapping[str, Filter], layout: Mapping[str, Filter] = MappingProxyType({})) -> Environment:
    """Return the Jinja2 engine for `templates/TARGET`, in which an undefined name is an error.

    `literals` write a value in the target's language, `layout` arranges what is written; no other filter is there. Jinja2's mark
    for text that is safe where it stands (Markup) is put on by literals alone, and a template writes nothing without it.
    """
    folder = shipped("templates") / target
    engine = Environment(  # noqa: S701 - autoescape is among the options
        **OPTIONS,
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        finalize=_written,
        auto_reload=False,
        bytecode_cache=ByteCode(folder, f"{__version__} {OPTIONS}"),
    )
    engine.filters = {name: _literal(one) for name, one in {**LITERALS, **literals}.items()}
    engine.filters |= {name: _arranged(one) for name, one in {**LAYOUT, **layout}.items()}
    return engine


def _written(value: object) -> object:
    """Return what a template writes. Raises TypeError for a value that no filter has written in the target's language."""
    if isinstance(value, Markup | Undefined):
        return value  # Jinja2 itself raises the error of an undefined name: it says which
    raise TypeError("a value enters a template through a filter of the target's language")


def _literal(written: Filter) -> Callable[..., Markup]:
    def quote(value: object, *arguments: object) -> Markup:
        if isinstance(value, Markup):
            raise TypeError("what is written in the target's language is no value")
        return Markup(written(value, *arguments))  # noqa: S704 - the filter quotes for its language

    return quote


def _arranged(arrange: Filter) -> Callable[..., Markup]:
    def lay_out(text: object, *arguments: object) -> Markup:
        if not isinstance(text, Markup):
            raise TypeError("a value is written in the target's language before it is laid out")
        return Markup(arrange(str(text), *arguments))  # noqa: S704 - it was marked before

    return lay_out

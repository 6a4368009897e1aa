"""The Jinja2 engine of one target: its folder of templates, and the filters of its language, through which values enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kmsgen.resources import shipped

Filter = Callable[..., str]


def environment(target: str, filters: Mapping[str, Filter]) -> Environment:
    """Return the engine for `templates/TARGET`. An undefined name is an error; nothing is escaped but by a filter."""
    engine = Environment(
        loader=FileSystemLoader(shipped("templates") / target),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - the files are not HTML: each filter writes its own language's literals
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        optimized=False,  # each template is filled in a few times: to fold its constants takes longer than it saves
    )
    engine.filters.update({"comment": comment, **filters})
    return engine


def comment(text: str) -> str:
    """Return the text so that it stays within one comment line."""
    return "".join(char if char.isprintable() else "?" for char in text)

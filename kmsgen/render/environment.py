"""The template engine: one folder of templates a target, and the filters through which data enters them."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kmsgen.render import shell, yaml_text
from kmsgen.render.policy_text import ascii_json, policy_json
from kmsgen.render.terraform import hcl
from kmsgen.resources import shipped


@cache
def environment() -> Environment:
    """Return the engine. An undefined name is an error; nothing is escaped but by the filter that the template names."""
    engine = Environment(
        loader=FileSystemLoader(shipped("templates")),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - the files are not HTML: each filter writes its own language's literals
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        optimized=False,  # each template is filled in a few times: to fold its constants takes longer than it saves
    )
    engine.filters.update(
        {
            "json": ascii_json,
            "policy_json": policy_json,
            "hcl": hcl.value,
            "hcl_body": hcl.body,
            "yaml": yaml_text.dump,
            "sh": shell.quote,
            "comment": shell.comment,
        }
    )
    return engine


def fill(template: str, /, **values: Any) -> str:  # noqa: ANN401 - whatever the template places
    """Fill in one template, named by its path in `templates/`."""
    return environment().get_template(template).render(values)

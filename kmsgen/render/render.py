"""Formats by name: each is written by its module, then all of it is read back."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

from kmsgen.render.artifact import Rendering
from kmsgen.render.deployment import Deployment
from kmsgen.render.terraform.addresses import history_after
from kmsgen.resources import Format

# format -> the module that writes it; imported when the format is asked for
TARGETS = {
    Format.JSON: "kmsgen.render.json_files",
    Format.CLOUDFORMATION: "kmsgen.render.cloudformation",
    Format.TERRAFORM: "kmsgen.render.terraform.modules",
    Format.GRANTS: "kmsgen.render.grant_calls",
}


def render(deployment: Deployment, formats: Iterable[str] = tuple(TARGETS)) -> Rendering:
    """Render a bundle in each of the formats, in the table's order, and read back what was written.

    Raises InputError for what a format cannot say, and RefusedError where a file does not mean what the bundle means.
    """
    wanted = frozenset(formats)
    parts = [importlib.import_module(module).render(deployment) for name, module in TARGETS.items() if name in wanted]
    artifacts = tuple(artifact for part in parts for artifact in part.artifacts)
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    importlib.import_module("kmsgen.render.read_back").confirm(deployment, artifacts)
    return Rendering(artifacts, notes, history_after(deployment, wanted))

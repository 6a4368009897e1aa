"""Rendering: which formats are written."""

from __future__ import annotations

from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.render.deployment import Deployment
from kmsgen.render.render import TARGETS, render
from kmsgen.resources import Format
from tests.unit.render.bundles import deployment, role


def test_every_format_is_written_by_a_module() -> None:
    """The command line and `kmsgen.toml` take the formats of one list, and each of it can be written."""
    assert set(TARGETS) == set(Format)


def test_only_the_formats_asked_for_are_written() -> None:
    """One format, one folder."""
    given = deployment(grants=(Grant("g", role("x"), ("Decrypt",), name="nightly"),))
    assert {artifact.format for artifact in render(given, ["grants"]).artifacts} == {"grants"}


def test_a_bundle_without_policies_renders_to_nothing() -> None:
    """Nothing to say, no file."""
    empty = (deployment(key_policy=Document(())))._replace(key_policies=False)
    assert isinstance(empty, Deployment)
    assert render(empty._replace(bundle=empty.bundle._replace(keys=()))).artifacts == ()

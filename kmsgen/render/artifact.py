"""Rendered files, before they are written."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.render.history import UNKNOWN, History


class Artifact(NamedTuple):
    """A rendered file: its POSIX path relative to the intent's folder, its text, and its row of the manifest."""

    path: str
    text: str
    format: str
    kind: str
    principal: str | None = None
    account: str | None = None
    executable: bool = False
    region: str | None = None  # of a template or a module; empty: any


class Rendering(NamedTuple):
    """All files of a format, notes for people (what is left to them, a sentence each), and what the next render must know.

    `homes` tell of merged IAM policies what is in which: `{"policies" | "deployers": {ARN: [[DIGEST]]}}`.
    """

    artifacts: tuple[Artifact, ...]
    notes: tuple[str, ...] = ()
    history: History = UNKNOWN
    homes: Mapping[str, Mapping[str, Sequence[Sequence[str]]]] = MappingProxyType({})

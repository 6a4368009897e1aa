"""A file to write, and what a format hands back."""

from typing import NamedTuple


class Artifact(NamedTuple):
    """One file: its path relative to the intent's folder (POSIX), its text, and what the manifest says of it."""

    path: str
    text: str
    format: str
    kind: str
    principal: str | None = None
    account: str | None = None
    executable: bool = False
    region: str | None = None  # of a template or a module; empty: any


class Rendering(NamedTuple):
    """The files of one format, and what a reader must know beside them."""

    artifacts: tuple[Artifact, ...]
    notes: tuple[str, ...] = ()

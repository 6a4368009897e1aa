"""What a run of `kmsgen render` was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.jobs.parallel.many import Course
from kmsgen.cli.jobs.rendering.merged import is_merged
from kmsgen.compiler.identity_policy import MANAGED_POLICIES


class Job(NamedTuple):
    """What was asked for: paths or a preset, formats, where to, and how."""

    paths: tuple[str, ...]
    preset: str | None
    settings: tuple[str, ...]
    formats: tuple[str, ...]
    out: Path
    check: bool = False
    lint: bool = True
    force: bool = False
    replace_key: bool = False
    course: Course = Course()
    since: str | None = None
    iam: str | None = None
    merge_iam: bool | None = None  # None: merged where it was before, or a principal would get more than IAM attaches
    names_all: bool = False  # kmsgen.toml names all intents that there are
    named: bool = False  # the paths are somebody's choice
    applied: bool = False  # what the last render wrote is out there
    only_whole: bool = False  # a run of some intents, which would merge policies, ends with PartialError
    quota: int = MANAGED_POLICIES  # how many managed policies IAM attaches to one principal

    @property
    def merges(self) -> bool:
        """Whether IAM policies are merged."""
        return is_merged(self.out) if self.merge_iam is None else self.merge_iam

"""The findings of `lint` on files as they are printed, and how grave they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kmsgen.cli.console import answer_each, answer_held
from kmsgen.cli.long_json import ELEMENTS, json_pieces


class Linted(NamedTuple):
    """The findings on a file, as they are printed, and how severe they are.

    `lasting` says that they rest on nothing but the file and those that it is known to extend, at no time.
    """

    printed: list[Any]
    severities: frozenset[str]
    lasting: bool

    def is_as_grave_as(self, severity: str) -> bool:
        """Return whether a finding is of this severity, or of a graver one."""
        from kmsgen.checks.finding import SEVERITIES  # noqa: PLC0415 - only where there is a finding

        return not self.severities.isdisjoint(SEVERITIES[: SEVERITIES.index(severity) + 1])


def show(printed: Iterable[Any], output: str) -> None:
    """Print what `findings.shown` has made of the findings of `lint`."""
    if output == "json":
        answer_held(json_pieces(printed))
    elif output == "sarif":
        from kmsgen.cli.reports.sarif import sarif  # noqa: PLC0415 - only where it is asked for

        answer_held(json_pieces(printed, sarif(ELEMENTS)))
    else:
        answer_each(printed)

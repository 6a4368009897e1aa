"""An imported intent, and what it does not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kmsgen.cli.console import answer, answer_json, line, say
from kmsgen.cli.reports.proofs import shortly, told_group
from kmsgen.errors import Location
from kmsgen.importer.importer import Imported
from kmsgen.prover.question import Differences


class UnsaidPart(NamedTuple):
    """What an intent does not say: where it stands, the Sid of its statement, what it is, and why no line says it."""

    place: Location
    sid: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}{f' of `{self.sid}`' if self.sid else ''}: {self.why}"


def later(patterns: Sequence[str]) -> str:
    """Return how an intent treats actions that KMS adds later, for policies that allow them by patterns; empty without one."""
    if not patterns:
        return ""
    names = " and ".join(filter(None, [", ".join(f"`{name}`" for name in patterns[:-1]), f"`{patterns[-1]}`"]))
    return f"{names} in the policy: the intent lists the actions that KMS has today, and gives none that KMS adds later"


def show(imported: Imported, unsaid: Sequence[UnsaidPart], found: Differences, output: str, *, written: bool) -> None:
    """Print the intent, unless it was written to a file, and say whether it gives the same access."""
    if output == "json":
        gained, lost = ([told_group(one) for one in side] for side in (found.gained, found.lost))
        left = [{"place": str(one.place), "sid": one.sid, "what": one.what, "why": one.why} for one in unsaid]
        same = not (unsaid or found.gained or found.lost or found.reason)
        answer_json(
            {"intent": imported.text, "same": same, "unsaid": left, "gained": gained, "lost": lost, "reason": found.reason}
        )
    elif not written:
        answer(*text_of(imported, unsaid, found).splitlines())
    for told in _told(unsaid, found):
        say(told)


def text_of(imported: Imported, unsaid: Sequence[UnsaidPart], found: Differences) -> str:
    """Return the intent, below comments that say what is missing from it, and of which patterns it lists the actions."""
    told = list(_told(unsaid, found)) if unsaid or found.gained or found.lost or found.reason else []
    told += filter(None, [later(imported.spelled_out)])
    return "".join(f"# {line(one)}\n" for one in told) + imported.text


def _told(unsaid: Sequence[UnsaidPart], found: Differences) -> Iterator[str]:
    if not (unsaid or found.gained or found.lost or found.reason):
        yield "the same access, proved: nothing gained, nothing lost"
        return
    yield "this is not proved to be the same access"
    yield from (f"not said: {one}" for one in unsaid)
    for sign, groups in (("gained", found.gained), ("lost", found.lost)):
        yield from (f"{sign}: {one}, by {' and '.join(one.reason)}, such as {shortly(one)}" for one in groups)
    if found.reason:
        yield f"the comparison is not complete: {found.reason}"

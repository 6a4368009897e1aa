"""Access gained and lost, as text, as data, as Markdown for a comment on a pull request, as SARIF and as JUnit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from heapq import nsmallest
from typing import Any

from kmsgen.cli.console import line, printable_json
from kmsgen.cli.long_json import ELEMENTS, json_pieces
from kmsgen.cli.reports.accesses import ChangedAccess, Compared, DiffReport
from kmsgen.cli.reports.junit import JUnitCase, junit
from kmsgen.cli.reports.markdown import MOST_SECTIONS, bounded, cell, code, folded, item, table
from kmsgen.cli.reports.proofs import shortly
from kmsgen.cli.reports.sarif import ANSWER_RULES, answer_result, sarif
from kmsgen.errors import Location
from kmsgen.prover.question import Differences

_ROWS = 20
_NAMES = 50
_NOTHING = "no access gained or lost"


def rendered(found: DiffReport, form: str, fail_on: str | None) -> Iterable[str]:
    """Return the differences as they are printed in a form, in pieces, with the end of the last line."""
    if form == "json":
        return _json(found)
    if form == "markdown":
        return [markdown(found)]
    if form == "sarif":
        return json_pieces(results(found, fail_on), sarif(ELEMENTS, ANSWER_RULES))
    if form == "junit":
        return junit("kmsgen diff", lambda: [(f"diff {found.old} {found.new}".strip(), cases(found, fail_on))])
    return (f"{line(text)}\n" for text in _lines(found))


# --- text ---------------------------------------------------------------------------------------------------------------


def text_lines(found: Differences) -> Iterator[str]:
    """Yield the differences as lines for a reader."""
    for sign, groups in (("+", found.gained), ("-", found.lost)):
        for one in groups:
            yield f"{sign} {one}"
            yield f"    such as {shortly(one)}"


def access_lines(accesses: Iterable[ChangedAccess]) -> Iterator[str]:
    """Yield the same of accesses."""
    for one in accesses:
        yield f"{'+' if one.gained else '-'} {one}"
        yield f"    such as {one.such_as}"


def _lines(found: DiffReport) -> Iterator[str]:
    for one in found.compared:
        if found.of_intents:
            nothing = "" if one.accesses else f"; {one.reason or _NOTHING}"
            yield f"{one.name} ({one.path}): {one.happened}{nothing}"
        yield from access_lines(one.accesses)


# --- data ---------------------------------------------------------------------------------------------------------------


def _json(found: DiffReport) -> Iterable[str]:
    """Return the differences as JSON, as docs/json.md has them: of two files alone, or of each intent."""
    if not found.of_intents:
        return [f"{printable_json(told_sides(one))}\n" for one in found.compared]
    beside = {"same": found.same, "reason": found.reason, "errors": list(found.errors)}
    return json_pieces(map(_told, found.compared), {"old": found.old, "new": found.new, "intents": ELEMENTS, **beside})


def _told(one: Compared) -> dict[str, Any]:
    return {
        "name": one.name,
        "file": one.path,
        "change": one.change,
        "was": one.was or None,
        "bases": list(one.bases),
        **told_sides(one),
        "notes": list(map(str, one.notes)),
    }


def told_sides(one: Compared) -> dict[str, Any]:
    """Return `{gained, lost, reason, assumed}`."""
    gained, lost = ([access.told() for access in side] for side in (one.gained, one.lost))
    return {"gained": gained, "lost": lost, "reason": one.reason, "assumed": list(one.assumed)}


# --- Markdown -----------------------------------------------------------------------------------------------------------


def markdown(found: DiffReport) -> str:
    """Return a comment: a table a key, the most dangerous first; of files that mean the same nothing."""
    differing = nsmallest(MOST_SECTIONS, filter(_is_shown, found.compared), key=_danger)
    if not found.of_intents:
        made = [partial(differing_access, one) for one in differing]
        return bounded("### Access gained and lost", made, "tables are") if differing else ""
    touched = sum(map(_is_shown, found.compared))
    alike = [one.name for one in found.compared if not _is_shown(one)]
    title = f"## Access to keys: {code(found.old)} to {code(found.new)}"
    head = "\n\n".join((title, f"{found.summary}.", *_warnings(found)))
    listed = [partial(_listed, alike)] if alike else []
    sections = [*(partial(_section, one) for one in differing), *listed]
    return bounded(head, sections, "keys are", touched - len(differing))


def _is_shown(one: Compared) -> bool:
    return bool(one.accesses or one.reason or one.notes)


def _danger(one: Compared) -> tuple[bool, int]:
    """Order what must be looked at first: access gained, by its harm, and what is not known, then what is lost."""
    return not one.gained and not one.reason, -max((access.danger for access in one.gained), default=0)


def _warnings(found: DiffReport) -> Iterator[str]:
    said = [*([found.reason] if found.reason else []), *found.errors]
    if said:
        yield "**Not everything could be compared:**\n\n" + "\n".join(map(item, said[:_ROWS]))
    if len(said) > _ROWS:
        yield f"and {len(said) - _ROWS} more"


def _listed(names: list[str], short: bool) -> str:
    summary = f"{len(names)} touched, with no access gained or lost"
    if short:
        return summary
    more = [f"and {len(names) - _NAMES} more"] if len(names) > _NAMES else []
    return folded(summary, "\n".join(f"- {text}" for text in (*map(code, names[:_NAMES]), *more)))


def _section(one: Compared, short: bool) -> str:
    """Return a key with its table and the calls folded away; in short, the numbers alone."""
    title = f"### {code(one.name)}: {_happened(one)}"
    if short:
        return f"{title}\n\n{len(one.gained)} kinds of access gained, {len(one.lost)} lost; see {code(one.path)}"
    notes = [item(str(note)) for note in one.notes]
    return "\n\n".join(filter(None, (title, *notes, differing_access(one))))


def _happened(one: Compared) -> str:
    if one.change == "renamed":
        return f"renamed, {code(one.was)} before"
    by = ", ".join(map(code, one.bases[:3]))
    return {"base": f"changed by {by}", "changed": f"changed, and {by}" if by else "changed"}.get(one.change, one.change)


def differing_access(one: Compared, short: bool = False) -> str:
    """Return what differs: with its calls, or as a table alone."""
    shown = [*one.gained[:_ROWS], *one.lost[:_ROWS]]
    rows = [
        (f"**{each.side}**" if each.gained else each.side, cell(each.principals), cell(each.actions), _when(each))
        for each in shown
    ]
    tables = [table(("", "Who", "What", "When"), rows)] if rows else []
    more = [f"and {len(one.accesses) - len(shown)} kinds more"] if len(shown) < len(one.accesses) else []
    more += [f"Not complete: {code(one.reason)}"] if one.reason else []
    calls = "\n".join(f"- {each.side}: {code(each.such_as)}{_by(each)}" for each in shown)
    more += [folded("A call of each", calls)] if shown and not short else []
    return "\n\n".join((*tables, *more))


def _when(one: ChangedAccess) -> str:
    return cell(one.conditions, "always")


def _by(one: ChangedAccess) -> str:
    return f", allowed by {', '.join(map(code, one.reason))}" if one.reason else ""


# --- SARIF and JUnit ----------------------------------------------------------------------------------------------------


def results(found: DiffReport, fail_on: str | None) -> Iterator[dict[str, Any]]:
    """Yield the differences as results of SARIF: an error where the exit code is 1 because of them."""
    for one in found.compared:
        for access in one.accesses:
            level = "error" if fail_on in (access.side, "any") else "warning" if access.gained else "note"
            text = f"{one.name}: access {access.side}: {access}; such as {access.such_as}"
            yield answer_result(f"access-{access.side}", level, text, access.place)
        if one.reason:
            yield answer_result("not-compared", "error", f"{one.name}: {one.reason}", Location(one.path))


def cases(found: DiffReport, fail_on: str | None) -> Iterator[JUnitCase]:
    """Yield the differences as cases of JUnit: a case an intent, with a failure where the exit code is 1 because of it."""
    yield from (_case(one, fail_on) for one in found.compared)
    if found.reason:
        yield JUnitCase("what cannot be compared", found.reason)
    yield from (JUnitCase(f"error {number}", text, error=True) for number, text in enumerate(found.errors, 1))


def _case(one: Compared, fail_on: str | None) -> JUnitCase:
    name = f"{one.name} ({one.path})" if one.name != one.path else one.name
    if not one.fails(fail_on):
        return JUnitCase(name)
    return JUnitCase(name, one.reason or f"{len(one.gained)} gained, {len(one.lost)} lost", "\n".join(access_lines(one.accesses)))

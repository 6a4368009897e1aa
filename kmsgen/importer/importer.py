"""One key of a bundle to an intent: each statement to the lines that compile to what it says, and no other.

No line is trusted: one counts for a statement only where what it compiles to is what the policy gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.importer.allowed import Allowed, Part, parts_of
from kmsgen.importer.draft import Draft, Line
from kmsgen.importer.grants import grant_lines
from kmsgen.importer.head import head_of
from kmsgen.importer.people import people_lines
from kmsgen.importer.rails import denies_of, find_rail
from kmsgen.importer.services import service_lines
from kmsgen.importer.unsaid import Unsaid, unreadable
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Effect, Statement


class Imported(NamedTuple):
    """The text of an intent, and what it does not say; `alias_halves` are principals to whom it gives IAM policies."""

    text: str
    unsaid: tuple[Unsaid, ...] = ()
    alias_halves: tuple[str, ...] = ()


def import_key(access: KeyAccess, path: str) -> Imported:
    """Return the intent of a key. It claims nothing: whether it gives the same access is the prover's to say."""
    draft = Draft(head_of(access, path), access.key)
    search = _Search(draft, access)
    unsaid = [*search.allows(), *search.denies(), *_grants(draft, access)]
    whole = draft.trial(*draft.lines)
    if whole.refusals and draft.lines:
        unsaid += [Unsaid(None, None, "the lines together", one.message) for one in whole.refusals]
    return Imported(draft.text(), tuple(unsaid), whole.alias_halves)


class _Search:
    """The lines of one key policy."""

    def __init__(self, draft: Draft, access: KeyAccess) -> None:
        self.draft = draft
        self.statements = access.policy.statements
        self.version = access.policy.version
        parts = [part for number, one in self._of(Effect.ALLOW) for part in parts_of(number, one, access.key)]
        self.parts = parts
        self.everything = frozenset(given for part in parts for given in part.allowed)
        granted = (f"kms:{name}" for grant in access.grants for name in grant.operations)
        self.allowed = frozenset((*(one.action for one in self.everything), *granted))
        self.done: set[Allowed] = set()

    def allows(self) -> Iterator[Unsaid]:
        """Find lines for the Allow statements; yield what no line says."""
        yield from (refusal for number, one in self._all(Effect.ALLOW) if (refusal := unreadable(number, one, self.version)))
        for part in self.parts:
            yield from self._say(self._left(part))

    def denies(self) -> Iterator[Unsaid]:
        """Find guard rails for the Deny statements; yield what none of them says."""
        said: set[object] = set()
        for number, statement in self._all(Effect.DENY):
            refusal = unreadable(number, statement, self.version)
            if refusal:
                yield refusal
                continue
            mine = denies_of((statement,), self.draft.key)
            if not mine or said.issuperset(mine):
                continue
            found = find_rail(statement, self.draft, self.allowed)
            if found is None:
                yield Unsaid(number, statement.sid, "an explicit deny", "no guard rail is this Deny")
                continue
            line, trial = found
            self.draft.lines.append(line)
            said |= denies_of(trial.statements, self.draft.key).keys()

    def _all(self, effect: Effect) -> Iterator[tuple[int, Statement]]:
        return ((number, one) for number, one in enumerate(self.statements) if one.effect is effect)

    def _of(self, effect: Effect) -> Iterator[tuple[int, Statement]]:
        return ((number, one) for number, one in self._all(effect) if unreadable(number, one, self.version) is None)

    def _left(self, part: Part) -> Part:
        """Return what no line gives yet of a part; a permission that another statement gives without conditions is given."""
        names = [action for action in part.actions if not self._is_given(part._replace(actions=(action,)))]
        return part._replace(actions=tuple(names))

    def _is_given(self, part: Part) -> bool:
        wider = [one for one in self.everything if any(one.is_strictly_wider(given) for given in part.allowed)]
        return all(given in self.done or given.is_within(wider) for given in part.allowed)

    def _say(self, part: Part) -> Iterator[Unsaid]:
        """Find a line for a part, else for its principals and then its actions one by one; yield what no line says."""
        if not part.actions:
            return
        why = self._find(part)
        if why is None:
            return
        if len(part.principals) > 1:
            for principal in part.principals:
                yield from self._say(self._left(part._replace(principals=(principal,))))
        elif len(part.actions) > 1:
            yield from self._say_apart(part)
        else:
            statement = self.statements[part.number]
            yield Unsaid(part.number, statement.sid, f"{part.principals[0].value}: {part.actions[0]}", why)

    def _say_apart(self, part: Part) -> Iterator[Unsaid]:
        """Find which actions of a part a line can say by themselves, and say these together."""
        sayable = [action for action in part.actions if self._candidate(part._replace(actions=(action,)))[0] is not None]
        together = part._replace(actions=tuple(sayable))
        apart = together.actions and self._find(together) is not None
        for action in part.actions:
            if apart or action not in sayable:
                yield from self._say(part._replace(actions=(action,)))

    def _find(self, part: Part) -> str | None:
        """Add the line of a part to the draft; return why there is none."""
        line, given, why = self._candidate(part)
        if line is None:
            return why or "no line of an intent says this"
        self.draft.lines.append(line)
        self.done |= given
        return None

    def _candidate(self, part: Part) -> tuple[Line | None, frozenset[Allowed], str]:
        """Return the first line that gives a part and nothing else than the policy gives, permission by permission.

        Where there is none, a line will do that gives beside the part what is within other permissions of the policy.
        """
        why, within = "", None
        for line in _lines(part, self.draft):
            trial = self.draft.trial(line)
            given = self.draft.allowed_by(trial)
            why = why or trial.why
            if part.allowed <= given <= self.everything:
                return line, given, ""
            if within is None and part.allowed <= given and all(one.is_within(self.everything) for one in given):
                within = line, given, ""
        return within or (None, frozenset(), why)


def _lines(part: Part, draft: Draft) -> Iterable[Line]:
    yield from service_lines(part, draft.key)
    if all(one.kind == "AWS" for one in part.principals):
        yield from people_lines(part, draft.key)


def _grants(draft: Draft, access: KeyAccess) -> Iterator[Unsaid]:
    for grant, line in grant_lines(access.grants, draft.key):
        trial = draft.trial(*draft.lines, line)
        if trial.access is None or not trial.access.grants:
            yield Unsaid(None, grant.name or grant.id, f"the grant to {grant.grantee}", trial.why)
        else:
            draft.lines.append(line)

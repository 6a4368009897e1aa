"""Import of a key's policies as an intent: each statement becomes lines that compile to it and to nothing else.

No line is trusted: it counts only if what it compiles to is what the policy gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.importer.allowed import Allowed, Origin, StatementPart, parts_of, plainest
from kmsgen.importer.delegated import Policies, delegated_parts, held_statements, refusals
from kmsgen.importer.draft import Draft, DraftLine, Trial
from kmsgen.importer.grants import grant_lines
from kmsgen.importer.head import head_of
from kmsgen.importer.people import people_lines
from kmsgen.importer.rails import denies_of, find_rail, forbidden_by, kept_from_kms
from kmsgen.importer.services import service_lines
from kmsgen.importer.unsaid import Unsaid, together, unreadable
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Document, Effect, Statement

_WHY = {
    "*": "a line names principals, patterns of them, everyone of an account, or an organization, and this is for anybody else too"
}


class Imported(NamedTuple):
    """The text of an intent, and what it does not say. `alias_halves`: principals to whom it gives IAM policies.

    `by_absence`: Denies of what the intent gives nobody, and Allows that give nobody anything. `spelled_out`: wildcard actions
    that the intent lists in full.
    """

    text: str
    unsaid: tuple[Unsaid, ...] = ()
    alias_halves: tuple[str, ...] = ()
    by_absence: tuple[Unsaid, ...] = ()
    spelled_out: tuple[str, ...] = ()


def import_key(access: KeyAccess, principals: Policies, path: str) -> Imported:
    """Return the intent of a key and of the IAM policies on it.

    Whether it gives the same access is for the prover to say. For a key policy alone, it is imported again from its own compiled
    policy, so that importing what was rendered gives the same text.
    """
    imported, compiled = _import(access, principals, path)
    if compiled is None or any(held.identity_policies for held in principals.values()):
        return imported
    again, _ = _import(access._replace(policy=compiled), {}, path)
    return imported if again.unsaid else imported._replace(text=again.text)


def _import(access: KeyAccess, principals: Policies, path: str) -> tuple[Imported, Document | None]:
    """Return the intent of a key and its compiled key policy, None if it does not compile."""
    draft = Draft(head_of(access, principals, path), access.key)
    search = _LineSearch(draft, access, principals)
    unsaid = [*search.allows(), *search.denies(), *_grants(draft, access)]
    whole = draft.trial(*draft.lines)
    if whole.refusals and draft.lines:
        unsaid += [Unsaid(None, None, "the lines together", one.message) for one in whole.refusals]
    halves = tuple(arn for arn, held in whole.principals.items() if held.identity_policies)
    imported = Imported(draft.text(), together(unsaid), halves, tuple(search.by_absence), search.spelled_out)
    return imported, whole.access.policy if whole.access else None


class _LineSearch:
    """Searches lines for one key policy and for the IAM policies to which it delegates."""

    def __init__(self, draft: Draft, access: KeyAccess, principals: Policies) -> None:
        self.draft = draft
        self.statements = access.policy.statements
        self.version = access.policy.version
        parts = [part for number, one in self._of(Effect.ALLOW) for part in parts_of(Origin(number), one, access.key)]
        given = frozenset(one for part in parts for one in part.allowed)
        self.held = tuple(held_statements(principals))
        readable = (one for one in self.held if one.statement.effect is Effect.ALLOW and not [*refusals(one, access.key)])
        parts += [part for one in readable for part in delegated_parts(one, access.key, given)]
        self.forbidden = frozenset[str]().union(*(forbidden_by(one, access.key) for one in self.statements))
        unusable = self.forbidden.union(*(kept_from_kms(one, access.key) for one in self.statements))
        parts = [_in_order(_without(part, unusable)) for part in parts]
        # whole accounts first, as in a rendered key policy
        self.parts = sorted(parts, key=lambda part: not part.principals[0].value.endswith(":root"))
        self.everything = frozenset(given for part in parts for given in part.allowed)
        granted = (f"kms:{name}" for grant in access.grants for name in grant.operations)
        self.allowed = frozenset((*(one.action for one in self.everything), *granted))
        self.done: set[Allowed] = set()
        self.said: dict[tuple[object, ...], list[tuple[DraftLine, StatementPart]]] = {}
        self.by_absence = [
            Unsaid(Origin(number), one.sid, "an Allow", "no call on this key meets it")
            for number, one in self._of(Effect.ALLOW)
            if not [*parts_of(Origin(number), one, access.key)]
        ]

    def allows(self) -> Iterator[Unsaid]:
        """Add lines for the Allow statements; yield what no line can say."""
        yield from (
            refusal for number, one in self._all(Effect.ALLOW) if (refusal := unreadable(Origin(number), one, self.version))
        )
        yield from (refusal for one in self.held for refusal in refusals(one, self.draft.key))
        for part in self.parts:
            yield from self._say(self._left(part))
        self._put_together()

    def denies(self) -> Iterator[Unsaid]:
        """Add guard rails for the Deny statements; yield those that none can say."""
        said: set[object] = set()
        for number, statement in self._all(Effect.DENY):
            refusal = unreadable(Origin(number), statement, self.version)
            if refusal:
                yield refusal
                continue
            mine = denies_of((statement,), self.draft.key)
            if not mine or said.issuperset(mine):
                continue
            without_lines = forbidden_by(statement, self.draft.key) and self.forbidden.isdisjoint(self.allowed)
            found = find_rail(statement, self.draft, self.allowed, by_name=bool(without_lines))
            if isinstance(found, str) and without_lines:
                self.by_absence.append(Unsaid(Origin(number), statement.sid, "an explicit deny", "no line gives what it denies"))
                continue
            if isinstance(found, str):
                yield Unsaid(Origin(number), statement.sid, "an explicit deny", found)
                continue
            line, trial = found
            self.draft.lines.append(line)
            said |= denies_of(trial.statements, self.draft.key).keys()

    @property
    def spelled_out(self) -> tuple[str, ...]:
        """The wildcard actions of all Allow statements."""
        stated = (*(one for _, one in self._of(Effect.ALLOW)), *(held.statement for held in self.held))
        patterns = (name for one in stated if one.effect is Effect.ALLOW and not one.not_action for name in one.actions)
        return tuple(dict.fromkeys(name for name in patterns if "*" in name or "?" in name))

    def _all(self, effect: Effect) -> Iterator[tuple[int, Statement]]:
        return ((number, one) for number, one in enumerate(self.statements) if one.effect is effect)

    def _of(self, effect: Effect) -> Iterator[tuple[int, Statement]]:
        return ((number, one) for number, one in self._all(effect) if unreadable(Origin(number), one, self.version) is None)

    def _left(self, part: StatementPart) -> StatementPart:
        """Return the actions of a part that no line gives yet, and that no other statement gives under fewer conditions."""
        names = [action for action in part.actions if not self._is_given(part._replace(actions=(action,)))]
        return part._replace(actions=tuple(names))

    def _is_given(self, part: StatementPart) -> bool:
        wider = [one for one in self.everything if any(one.is_strictly_wider(given) for given in part.allowed)]
        return all(given in self.done or given.is_within(wider) for given in part.allowed)

    def _say(self, part: StatementPart) -> Iterator[Unsaid]:
        """Add a line for a part, else for each principal, else for each action; yield what no line can say."""
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
            yield Unsaid(part.origin, self._sid_of(part), part.principals[0].value, why, part.actions)

    def _sid_of(self, part: StatementPart) -> str | None:
        if not part.origin.holder:
            return self.statements[part.origin.number].sid
        return next(one.statement.sid for one in self.held if one.origin == part.origin)

    def _say_apart(self, part: StatementPart) -> Iterator[Unsaid]:
        """Add one line for those actions of a part that can be said, and try the others one by one."""
        sayable = [action for action in part.actions if self._candidate(part._replace(actions=(action,)))[0] is not None]
        together = part._replace(actions=tuple(sayable))
        apart = together.actions and self._find(together) is not None
        for action in part.actions:
            if apart or action not in sayable:
                yield from self._say(part._replace(actions=(action,)))

    def _find(self, part: StatementPart) -> str | None:
        """Add the line of a part to the draft; return why if there is none."""
        line, given, why = self._candidate(part)
        if line is None:
            return why or _WHY.get(part.principals[0].value, "no line of an intent says this")
        self.draft.lines.append(line)
        self.done |= given
        if line.field in ("admins", "users"):
            self.said.setdefault((part.principals, plainest(part.conditions)), []).append((line, part))
        return None

    def _put_together(self) -> None:
        """Merge lines for the same principals and conditions into one, where a line can say that."""
        for same in self.said.values():
            names = tuple(sorted({name for _, part in same for name in part.actions}))
            line, _, _ = self._candidate(same[0][1]._replace(actions=names)) if len(same) > 1 else (None, None, None)
            if line is not None:
                said = [one for one, _ in same]
                self.draft.lines[:] = [one for one in self.draft.lines if not any(one is each for each in said)] + [line]

    def _candidate(self, part: StatementPart) -> tuple[DraftLine | None, frozenset[Allowed], str]:
        """Return the first line that gives a part and nothing that the policy does not give, with its permissions.

        Second choice is a line whose other permissions are within wider ones of the policy. Without one, the reason is that of
        the last line tried, which says the part literally.
        """
        why, within = "", None
        for line in _lines(part, self.draft):
            trial, given = self._tried(line)
            why = trial.why or why
            if part.allowed <= given <= self.everything:
                return line, given, ""
            if within is None and part.allowed <= given and all(one.is_within(self.everything) for one in given):
                within = line, given, ""
        return within or (None, frozenset(), why)

    def _tried(self, line: DraftLine) -> tuple[Trial, frozenset[Allowed]]:
        """Compile a line; with the draft's other lines if it alone gives no key policy."""
        trial = self.draft.trial(line)
        if not trial.gives_nothing:
            return trial, self.draft.allowed_by(trial)
        trial = self.draft.trial(*self.draft.lines, line)
        return trial, self.draft.allowed_by(trial) - self.done


def _without(part: StatementPart, names: frozenset[str]) -> StatementPart:
    return part._replace(actions=tuple(action for action in part.actions if action not in names))


def _in_order(part: StatementPart) -> StatementPart:
    """Return a part with principals and values sorted, as compiled policies have them."""
    conditions = tuple(sorted(one._replace(values=tuple(sorted(one.values))) for one in part.conditions))
    return part._replace(principals=tuple(sorted(part.principals)), conditions=conditions)


def _lines(part: StatementPart, draft: Draft) -> Iterable[DraftLine]:
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

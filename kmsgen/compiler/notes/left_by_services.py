"""Notes on what a line of `services` leaves of what the service's page asks for: actions, principals, modes of S3."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import parse_arn
from kmsgen.catalogue.model import Service, ServiceStatement
from kmsgen.compiler.services.filling import name_of
from kmsgen.compiler.services.parts import asked_parts
from kmsgen.errors import Diagnostic
from kmsgen.intent.intent import ServiceUse

S3_CONTEXT = "kms:EncryptionContext:aws:s3:arn"
ITSELF = ""
"""Stands for the service itself where principals are told."""
Uses = tuple[ServiceUse, ...]


def notes_on_what_is_left(uses: Uses, service: Service, lines: Uses) -> Iterator[Diagnostic]:
    """Yield the notes on one line, which words with conditions make several uses of; `lines` are all of the intent."""
    same = tuple(other for other in lines if other.service == uses[0].service)
    for use in uses:
        yield from _optional(use, service, same)
        yield from _buckets(use, service)
    if uses[0].actions:
        yield from _left_out(uses, service, same)
    first = min(use.location for use in same)
    if uses[0].location == first and not any(use.principals for use in same):
        yield from _callers(uses[0], service)


def _optional(use: ServiceUse, service: Service, same: Uses) -> Iterator[Diagnostic]:
    """Tell what is needed in some cases only, and is asked for neither here nor by another line or word for the same."""
    for statement in service.statements if not use.actions else ():
        named = {arn for word, arn in use.principals if word in statement.who}
        given = [_given(other, service, statement.actions) for other in same]
        lacking = named - set().union(*given) if statement.caller else not any(ITSELF in whom for whom in given)
        if statement.optional and lacking:
            whose = f" ({', '.join(statement.who)})" if statement.caller else ""
            message = (
                f"`{name_of(use)}`{whose} is not let do {_named(statement.actions)}, which it needs where {statement.optional}"
            )
            yield Diagnostic(use.location, "service-optional", message, "then say so with `can` on a line of its own")


def _given(use: ServiceUse, service: Service, actions: tuple[str, ...]) -> set[str]:
    """Return whom a line lets do all of some actions."""
    found: dict[str, set[str]] = {}
    for part in asked_parts(use, service):
        for arn in part.principals or (ITSELF,):
            found.setdefault(arn, set()).update(part.actions)
    return {arn for arn, may in found.items() if may.issuperset(actions)}


def _left_out(uses: Uses, service: Service, same: Uses) -> Iterator[Diagnostic]:
    """Tell what `can` leaves out of what the page asks for; of a line that only adds to it, what no other line has either."""
    given = {action for use in uses for action in use.actions}
    asked = dict.fromkeys(action for each in _about(uses, service) for action in each.actions)
    if not given & set(asked):
        names = {arn for use in uses for _, arn in use.principals} or {ITSELF}
        others = [other for other in same if other.location != uses[0].location]
        given |= {one for one in asked if names <= set().union(*(_given(other, service, (one,)) for other in others))}
    missing = tuple(action for action in asked if action not in given)
    if missing:
        message = f"`can` leaves out what the page of `{name_of(uses[0])}` asks for: {_named(missing)}"
        hint = "without `can` a line has all of it; what is needed beside that goes on a line of its own"
        yield Diagnostic(uses[0].location, "service-narrowed", message, hint)


def _about(uses: Uses, service: Service) -> list[ServiceStatement]:
    """Return the statements that `can` of a line is about, without those that are needed in some cases only."""
    words = {word for word, _ in uses[0].principals}
    return [each for each in service.statements if not each.optional and (words & set(each.who) if words else not each.who)]


def _callers(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    """Tell who else uses the key through the service or for it, where the file's lines name the service alone."""
    needed: dict[str, dict[str, None]] = {}
    for statement in service.statements:
        for word in statement.who if not statement.optional else ():
            needed.setdefault(word, {}).update(dict.fromkeys(statement.actions))
    if needed:
        meant = dict(service.who)
        whose = "; ".join(f"{word} ({meant[word]}): {_named(tuple(actions))}" for word, actions in needed.items())
        message = f"`{name_of(use)}` itself is let in; its page has more for who uses the key with it: {whose}"
        names = ", ".join(f"{word}: role/..." for word in needed)
        hint = f"name them, `principals: {{{names}}}`, unless another line lets them do that"
        yield Diagnostic(use.location, "service-callers", message, hint)


def _buckets(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    """Tell where only one of the two encryption contexts of S3 is let in: that of objects, or that of an S3 Bucket Key."""
    rows = [row for each in service.statements for row in each.conditions if row.condition.key == S3_CONTEXT and row.resources]
    both = any(len(row.condition.values) > 1 for row in rows)
    arns = [arn for text in use.resources if (arn := parse_arn(text)) is not None and arn.service == "s3"]
    heads = {arn.resource.partition("/")[0]: str(arn._replace(resource="")) for arn in arns}
    buckets = {arn.resource for arn in arns if "/" not in arn.resource}
    objects = {arn.resource.partition("/")[0] for arn in arns if "/" in arn.resource}
    for name in sorted(buckets ^ objects) if both else ():
        works, other = ("an S3 Bucket Key", f"{name}/*") if name in buckets else ("no S3 Bucket Key", name)
        message = f"`{name_of(use)}` is let in for objects of `{name}` that were written with {works} only"
        yield Diagnostic(use.location, "service-one-mode", message, f"name {heads[name]}{other} too, if it has both")


def _named(actions: tuple[str, ...]) -> str:
    return ", ".join(action.removeprefix("kms:") for action in actions)

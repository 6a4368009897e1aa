"""AWS services that use the key: each line checked against the catalogue of services."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue.model import Service
from kmsgen.intent.form.model import ServiceFile
from kmsgen.intent.intent import LeftOut, ServiceUse
from kmsgen.intent.resolve.access_lines import check_identity
from kmsgen.intent.resolve.actions import Conditions, Granted, left_out, resolve_actions
from kmsgen.intent.resolve.conditions.conditions import resolve_when
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.intent.resolve.services.service_names import Named, name_of, resolve_name, resolve_named
from kmsgen.intent.resolve.services.service_values import check_values, resolve_source_organizations
from kmsgen.reading import Steps

Values = tuple[str, ...]


def resolve_service(line: ServiceFile, steps: Steps, context: Context) -> tuple[ServiceUse, ...]:
    """Return a service and for whom it works, once for each set of conditions; nothing after reporting that there is none."""
    service = resolve_name(line, steps, context)
    if service is None:
        return ()
    _check_service(service, line, steps, context)
    check_values(line, service, steps, context)
    named = resolve_named(line, service, steps, context)
    if context.iam_only and not context.every_key:
        _check_callers(line, service, named, steps, context)
    granted = _granted(line, service, named, steps, context)
    when = resolve_when(line.when, _allowed(service, named, granted), (*steps, "when"), _only(named), context)
    use = ServiceUse(
        location=context.where(steps),
        service=service.id,
        resources=tuple(dict.fromkeys(line.resources or ())),
        source_accounts=tuple(dict.fromkeys(line.source_account or ())),
        source_organizations=resolve_source_organizations(line, steps, context),
        variables=tuple(line.variables.items()),
        when=when,
        left_out=tuple(_left_out(line, service, named, context)),
    )
    return tuple(
        use._replace(
            principals=tuple((word, who.arn) for word, who in some),
            actions=actions,
            when=when._replace(conditions=(*when.conditions, *more)),
        )
        for some, actions, more in granted
    )


def _check_service(service: Service, line: ServiceFile, steps: Steps, context: Context) -> None:
    named: Steps = (*steps, "service" if line.service is not None else "principal")
    if not service.statements:
        unknown = service.mechanism == "unknown"
        reason = "no page says how" if unknown else "it cannot use a customer managed key"
        hint = "say under `users` who may do what" if unknown else "".join(service.notes[:1])
        context.refuse(named, "service-unsupported", f"{service.title}: {reason}", hint)
        return
    if not line.can and not any(statement.actions for statement in service.statements):
        context.refuse(steps, "service-can", f"of `{name_of(line)}` the line must say what it may do", "give `can`")
    fits = context.spec in service.key_specs if service.key_specs else context.key_type == "symmetric"
    fits = fits and context.usage == (service.key_usage or context.usage)
    if context.key_type and not fits:
        wanted = f"{', '.join(service.key_specs) or 'SYMMETRIC_DEFAULT'} {service.key_usage}".rstrip()
        message = f"{service.title} cannot use a key of {context.spec} ({context.usage})"
        context.refuse(named, "service-key-spec", message, f"it needs: {wanted}")


def _check_callers(line: ServiceFile, service: Service, named: Named, steps: Steps, context: Context) -> None:
    """Report what IAM policies cannot say of a service: what it may do itself, and principals that can have none."""
    for who in dict.fromkeys(who for _, who in named):
        check_identity(who, (*steps, "principals"), context)
    if line.principals or all(statement.caller for statement in service.statements):
        return
    message = f"only a key policy can let `{name_of(line)}` use a key itself, and this intent writes none"
    words = ", ".join(word for word, _ in service.who)
    hint = f"say it in the intent that writes {context.whose_policy}"
    hint += f"; who uses the key through it can stand here, as `principals`: {words}" if words else ""
    context.refuse(steps, "iam-only", message, hint)


def _granted(
    line: ServiceFile, service: Service, named: Named, steps: Steps, context: Context
) -> tuple[tuple[Named, Values, Conditions], ...]:
    """Return for whom which actions are asked, with the conditions that their words add; no actions: as documented."""
    here: Steps = (*steps, "can")
    if not line.can:
        return ((named, (), ()),)
    if not named:
        found = resolve_actions(line.can, here, _itself(line, service, context), context)
        return tuple(((), actions, more) for actions, more in _of_kms(found, here, context))
    groups: dict[Granted, list[tuple[str, Who]]] = {}
    for word, who in named:
        groups.setdefault(resolve_actions(line.can, here, who, context), []).append((word, who))
    return tuple(
        (tuple(some), actions, more) for found, some in groups.items() for actions, more in _of_kms(found, here, context)
    )


def _left_out(line: ServiceFile, service: Service, named: Named, context: Context) -> Iterator[LeftOut]:
    itself = None if named else _itself(line, service, context)
    whose = {who.arn: who for _, who in named} or ({itself.arn: itself} if itself else {})
    for who in whose.values() if line.can else ():
        found = left_out(line.can, who, context)
        if found:
            yield found


def _itself(line: ServiceFile, service: Service, context: Context) -> Who | None:
    """Return the service as a principal, which no IAM policy reaches; None where it acts for whoever calls it only."""
    own = any(not statement.caller for statement in service.statements)
    return Who(name_of(line), "service", context.account or "") if own else None


def _of_kms(granted: Granted, steps: Steps, context: Context) -> Iterator[tuple[Values, Conditions]]:
    foreign = [action for actions, _ in granted for action in actions if not action.startswith("kms:")]
    if foreign:
        message = f"a service is let do nothing but with the key, and `can` asks for {', '.join(foreign)}"
        context.refuse(steps, "foreign-action", message, "say it under `users`")
    yield from granted


def _allowed(service: Service, named: Named, granted: tuple[tuple[Named, Values, Conditions], ...]) -> Values:
    """Return the actions that the line's `when` is about."""
    asked = tuple(action for _, actions, _ in granted for action in actions)
    words = {word for word, _ in named}
    about = [each for each in service.statements if (words & set(each.who) if words else not each.caller)]
    return asked or tuple(dict.fromkeys(action for each in about for action in each.actions))


def _only(named: Named) -> Who | None:
    people = {who.arn: who for _, who in named}
    return next(iter(people.values())) if len(people) == 1 else None

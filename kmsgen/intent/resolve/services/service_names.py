"""Which service a line of `services` is about, and who uses the key through it.

A service is a row of the catalogue, a name of kms:ViaService, or a service principal that the catalogue lacks.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import is_service_principal
from kmsgen.catalogue import services, via_services
from kmsgen.catalogue.model import Service
from kmsgen.intent.files.suggestion import did_you_mean, nearest
from kmsgen.intent.form.model import ServiceFile
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.intent.resolve.wide_principals import resolve_wide_principal
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps

Named = tuple[tuple[str, Who], ...]  # pairs of a word of the service and a principal


def resolve_name(line: ServiceFile, steps: Steps, context: Context) -> Service | None:
    """Return the service of a line; None after reporting that there is no such service."""
    if line.principal is not None:
        if is_service_principal(line.principal):
            return services.find(services.BY_NAME + line.principal)
        message = f"`{line.principal}` is no service principal"
        context.refuse((*steps, "principal"), "service-name", message, "such as new-service.amazonaws.com")
        return None
    name = name_of(line)
    prefix = name.removeprefix(services.THROUGH)
    if prefix != name and prefix not in via_services.PREFIXES:
        hint = did_you_mean(prefix, via_services.PREFIXES) or "the first part of a kms:ViaService value, such as via/s3"
        context.refuse((*steps, "service"), "unknown-via", f"`{prefix}` is no service that kms:ViaService knows", hint)
        return None
    found = None if name.startswith(services.BY_NAME) else services.find(name)
    if found is None:
        context.refuse((*steps, "service"), "unknown-service", f"`{name}` is no service of the catalogue", _meant(name))
    return found


def name_of(line: ServiceFile) -> str:
    """Return the service's name as it was written."""
    return line.principal or line.service or ""


def _meant(name: str) -> str:
    """Return a hint: the rows that a name of kms:ViaService or a service principal may mean or begins, else the nearest name."""
    rows = services.alternatives(name) or _begun(folded(name))
    if rows:
        return f"it may mean: {', '.join(rows)}"
    near = did_you_mean(name.partition(".")[0], (*services.SERVICES, *services.SHORT_NAMES))
    if is_service_principal(name):
        lacking = f"one that the catalogue lacks stands as `{{principal: {name}, can: [...]}}`"
        return f"{near} {lacking}" if near else lacking
    return near or nearest(name, (*services.SERVICES, *services.SHORT_NAMES))


def _begun(name: str) -> tuple[str, ...]:
    """Return the rows whose ids begin with a word; none where it is the name of a row in other letters."""
    return () if services.find(name) else tuple(row for row in services.SERVICES if row.startswith(f"{name}-"))


def resolve_named(line: ServiceFile, service: Service, steps: Steps, context: Context) -> Named:
    """Return whom a line names, each with the service's word for what it does; reports who cannot be named so."""
    here: Steps = (*steps, "principals")
    if isinstance(line.principals, dict):
        _check_words(line, service, here, context)
        found = [pair for word, texts in line.principals.items() for pair in _listed(texts, (word,), (*here, word), context)]
    else:
        if line.principals:
            _check_list(name_of(line), service, here, context)
        found = list(_listed(line.principals or [], tuple(word for word, _ in service.who), here, context))
    return tuple(dict.fromkeys(found))


def _listed(texts: list[str], words: tuple[str, ...], steps: Steps, context: Context) -> Iterator[tuple[str, Who]]:
    for index, text in enumerate(texts):
        who = resolve_wide_principal(text, (*steps, index), context)
        yield from ((word, who) for word in words if who is not None)


def _check_words(line: ServiceFile, service: Service, steps: Steps, context: Context) -> None:
    words = tuple(word for word, _ in service.who)
    for word in line.principals or () if service.statements else ():
        if word not in words:
            message = f"`{word}` is no word for who uses `{name_of(line)}`"
            hint = did_you_mean(word, words) or _words(service)
            context.problems.add_key((*steps, word), "service-words", message, hint)


def _check_list(name: str, service: Service, steps: Steps, context: Context) -> None:
    """Report a list that does not say which of the service's words a principal is, where that matters."""
    if not service.statements:
        return  # whoever uses it is told that it takes no key
    if not service.who:
        message = f"`{name}` uses the key itself, for nobody who could be named"
        context.refuse(steps, "service-words", message, _words(service))
    elif services.apart(service):
        message = f"`{name}` tells apart who uses it, and plain `principals` do not"
        context.refuse(steps, "service-words", message, _words(service))


def _words(service: Service) -> str:
    if not service.who:
        return "leave `principals` out; who else uses the key stands under `users`"
    return f"give `principals` by these words: {'; '.join(f'{word} ({meaning})' for word, meaning in service.who)}"

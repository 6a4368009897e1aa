"""What options say in a text each: `NAME=VALUE`, as often as wanted."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.catalogue.key_specs import KEY_SPECS, usages
from kmsgen.errors import InputError, Location, input_error
from kmsgen.sources.beside import Beside


def wrong_usage(place: str, message: str, hint: str) -> InputError:
    """Build the error on a command line that asks for nothing, or for two things that exclude each other."""
    return input_error(Location(place), "usage", message, hint)


def named_values(texts: Iterable[str], option: str) -> list[tuple[str, str]]:
    """Return names with their values, in the order given. Raises InputError."""
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise input_error(Location(option), "usage", f"`{text}` is not NAME=VALUE")
        found.append((name, value))
    return found


def beside_of(key_arn: str | None, identity_policies: Iterable[str], grants: str | None) -> Beside:
    """Return what `--key-arn`, `--identity-policy ARN=FILE` and `--grants` tell. Raises InputError."""
    files: dict[str, tuple[str, ...]] = {}
    for principal, path in named_values(identity_policies, "--identity-policy"):
        files[principal] = (*files.get(principal, ()), path)
    return Beside(key_arn, files, grants)


def with_properties(told: Beside, key_spec: str | None, tags: Iterable[str], parameters: Iterable[str]) -> Beside:
    """Return what is told, with `--key-spec`, `--tags NAME=VALUE` and `--parameter NAME=VALUE`. Raises InputError."""
    kind = _kind(key_spec) if key_spec else None
    return told._replace(
        kind=kind, tags=tuple(named_values(tags, "--tags")), parameters=dict(named_values(parameters, "--parameter"))
    )


def _kind(text: str) -> tuple[str, str]:
    """Read `SPEC`, or `SPEC:USAGE` for a spec with several usages."""
    spec, _, usage = text.partition(":")
    place, known = Location("--key-spec"), usages(spec)
    if not known:
        raise input_error(place, "unknown-key-spec", f"KMS has no key spec `{spec}`", f"one of {', '.join(KEY_SPECS)}")
    if usage not in known and (usage or len(known) > 1):
        message = f"a key of {spec} has one of several usages" if not usage else f"no key of {spec} has the usage `{usage}`"
        raise input_error(place, "key-usage", message, f"such as {spec}:{known[0]}")
    return spec, usage or known[0]

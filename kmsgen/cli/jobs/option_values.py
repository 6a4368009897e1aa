"""What options say in a text each: `NAME=VALUE`, as often as wanted."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.errors import Location, input_error
from kmsgen.sources.beside import Beside


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

"""What `kmsgen snapshot` reads and writes."""

from __future__ import annotations

import json
from typing import Any

from kmsgen.cli.console import say, say_note
from kmsgen.cli.output_file import write
from kmsgen.cli.reports.plain_scenario import format_bundle
from kmsgen.errors import Location, input_error
from kmsgen.reading import MAX_JSON_BYTES
from kmsgen.sources.live.keys import list_keys
from kmsgen.sources.live.session import Session, SignIn
from kmsgen.sources.live.snapshot import Snapshot, take
from kmsgen.sources.unknown.unread import ANYBODY

_NOTE = "a snapshot; not read: policies of the organization, of sessions and of VPC endpoints, which can only take access away"


def run(keys: tuple[str, ...], out: str, sign_in: SignIn, *, all_keys: bool, all_principals: bool) -> int:
    """Write a snapshot; return the exit code. Raises KmsgenError with every key that cannot be read."""
    if all_keys is bool(keys):
        raise input_error(Location("KEY"), "usage", "name keys, or every key with --all", "such as alias/payments")
    session = Session(sign_in)
    found = list_keys(session) if all_keys else keys
    if not found:
        raise input_error(Location("--all"), "no-key", "the account has no key in this Region", "see --region and --profile")
    taken = take(session, found, all_principals=all_principals)
    write(out, _text(told(taken), out))
    for name, why in taken.unread.items():
        if name != ANYBODY:
            say_note(f"the IAM policies of {name} are not known: {why}")
    for name, error in taken.refused.items():
        say_note(f"the key {name} is not known: {error.call} is refused")
    keys_, principals = len(taken.bundle.keys), len(taken.bundle.principals)
    say(f"{out}: {_count(keys_, 'key')}, {_count(principals, 'principal')}")
    return 0


def told(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot as a scenario."""
    refused = {name: f"{error.call} is refused" for name, error in snapshot.refused.items()}
    plain = format_bundle(snapshot.bundle)
    keys = [*plain.get("keys", ()), *({"key": {"arn": name}} for name in refused)]
    return {"note": _NOTE, **plain, **({"keys": keys} if keys else {}), "unknown": {**refused, **snapshot.unread}}


def _text(scenario: dict[str, Any], out: str) -> str:
    """Return a scenario as JSON, on one line where it would be too large to be read. Raises InputError where that is so too."""
    for indent in (2, None):
        text = json.dumps(scenario, indent=indent, ensure_ascii=False) + "\n"
        if len(text.encode()) <= MAX_JSON_BYTES:
            return text
    message = f"the snapshot is larger than {MAX_JSON_BYTES // 1024} KiB, which no command would read"
    raise input_error(Location(out), "too-large", message, "name fewer keys, or leave out --all-principals")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

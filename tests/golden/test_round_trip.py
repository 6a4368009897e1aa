"""By commands: what is imported is rendered, and what was rendered is imported, as the same intent that gives the same access."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from kmsgen.cli.app import app
from kmsgen.reading import read_file
from tests.golden.cases import golden_case

LONG = os.environ.get("KMSGEN_LONG") == "1"
CASES = Path(__file__).parents[1] / "cases" / "import"
FILES = Path(__file__).parent / "files"
ID, MULTI_REGION_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"
FEW = {"cloudtrail-user", "cdk-key", "payments"}
# Name of the case -> why `render` refuses the intent that says all of it, as it refuses any other intent that says so.
REFUSED = {
    "dynamodb-customer": "lockout",
    "s3-through-itself": "kms:CallerAccount",
}
# Name of the case -> the silence of AWS that leaves a statement of it open, which `import` takes to be without effect.
OPEN = {"k9-cdk": "S12", "k9-users": "S12", "k9-without-account": "S12"}
# What AWS writes for its own keys lets nobody change the key policy.
OF_AWS = "managed-"


class Trip(NamedTuple):
    """A key policy with the options that tell what it does not."""

    name: str
    path: Path
    told: tuple[str, ...]


def trips() -> Iterator[Trip]:
    """Yield the documented policies that come in whole, and the golden ones: presets, examples and others."""
    cases: dict[str, Any] = dict(read_file(CASES / "cases.yaml").data)
    for name, case in cases.items():
        arn = f"arn:aws:kms:{case.get('region', 'us-west-2')}:111122223333:key/{ID}"
        if "unsaid" not in case:
            yield Trip(name, CASES / f"{name}.json", ("--key-arn", arn, "--key-spec", _spec(*case.get("kind", ()))))
    for path in sorted(FILES.glob("*/json/key-policy.json")) if LONG else [FILES / "payments" / "json" / "key-policy.json"]:
        key = golden_case(path.parents[1].name).deployment.bundle.keys[0].key
        arn = f"{key.arn.rpartition('/')[0]}/{MULTI_REGION_ID if key.multi_region else ID}"
        if path.parents[1].name != "identity-center":  # services of an organization: see test_imported.py
            yield Trip(path.parents[1].name, path, ("--key-arn", arn, "--key-spec", _spec(key.spec, key.usage)))


def _spec(spec: str = "SYMMETRIC_DEFAULT", usage: str = "ENCRYPT_DECRYPT") -> str:
    return f"{spec}:{usage}"


TRIPS = [one for one in trips() if LONG or one.name in FEW]


def run(*words: str | Path) -> tuple[int, str, str]:
    """Run kmsgen; return the exit code and what it printed."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, f"{done.stderr}{done.exception or ''}"


@pytest.mark.parametrize("trip", TRIPS, ids=[one.name for one in TRIPS])
def test_an_imported_intent_makes_the_trip(trip: Trip, tmp_path: Path) -> None:
    """Import, render, import: the same text but for its name; `diff` finds nothing either way."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    assert run("import", trip.path, "--out", first, *trip.told, "--seconds", "120")[0] == 0
    for pair in ((trip.path, first), (first, trip.path)):
        code, found, said = run("diff", *pair, *trip.told, "--seconds", "120")
        assert (found, code) == ("", 1 if trip.name in OPEN else 0), said
        assert OPEN.get(trip.name, "") in said
    code, found, said = run("render", first, "--format", "json", "--out", tmp_path / "out")
    if trip.name in REFUSED or trip.name.startswith(OF_AWS):
        assert (code, REFUSED.get(trip.name, "lockout") in found + said) == (1, True), found
        return
    assert code == 0, said
    (policy,) = (tmp_path / "out").glob("*/json/key-policy.json")
    run("import", policy, "--out", second, *trip.told, "--seconds", "120")
    assert _lines(second) == _lines(first)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "name:"))]


def test_every_name_is_that_of_a_case() -> None:
    """A case that is renamed is named here anew."""
    assert FEW | REFUSED.keys() | OPEN.keys() <= {one.name for one in trips()}

"""Random intents over the whole language: what the rendered JSON allows, by the second evaluator, is what the lines say.

The generator knows what each of its lines means; nothing but the files that are rendered stands between that and the evaluator.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kmsgen.checks import confirm
from kmsgen.compiler import compile_intent
from kmsgen.errors import KmsgenError
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intent
from kmsgen.render.artifact import Artifact
from kmsgen.render.deployment import deployment_of
from kmsgen.render.render import render
from tests.generators.intent_calls import ALIASES, HOME, PEOPLE, Call, calls
from tests.generators.intent_productions import made_by, productions
from tests.generators.intents import KEY_ID, Meant, intent
from tests.reference.decide import decide

LONG = (pytest.mark.long, pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"))
SEEDS = [number if number < 2 else pytest.param(number, marks=LONG) for number in range(50)]
INTENTS_PER_SEED = 20
INTENTS_TRIED = 600
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
OWN_DEFAULT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "kms:*", "Resource": "*"}],
}


def rendered(meant: Meant, folder: Path) -> tuple[Intent, tuple[Artifact, ...]]:
    """Load, compile and render an intent; one that rules something out is confirmed. Raises KmsgenError."""
    for name, text in meant.bases.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "intent.yaml").write_text(meant.text, encoding="utf-8")
    found = load_intent(folder / "intent.yaml")
    compiled = compile_intent(found)
    if found.never:
        confirm(found, compiled)
    return found, render(deployment_of(found, compiled.bundle), ["json"]).artifacts


def scenario(meant: Meant, files: tuple[Artifact, ...], region: str) -> dict[str, Any]:
    """Return what the files say of the key in a Region, as a scenario; strangers have every IAM permission."""
    kind = f"mrk-{KEY_ID.replace('-', '')}" if len(meant.regions) > 1 else KEY_ID
    arn = f"arn:aws:kms:{region}:{HOME}:key/{kind}"
    key = {"arn": arn, "aliases": list(ALIASES), "multi_region": len(meant.regions) > 1}
    policies = {file.path: json.loads(file.text) for file in files if file.kind == "key-policy"}
    policy = policies.get(f"json/key-policy-{region}.json") or policies.get("json/key-policy.json", OWN_DEFAULT)
    iam = [file for file in files if file.kind == "identity-policy"]
    own = {name: [json.loads(file.text) for file in iam if file.principal == name] for name in PEOPLE}
    grants = [json.loads(file.text) for file in files if file.kind == "grant"] if region == meant.regions[0] else []
    return {
        "key": key,
        "policy": policy,
        "grants": [{"GrantId": str(number), **grant} for number, grant in enumerate(grants)],
        "principals": {
            arn: {
                "identity_policies": [*own[arn], *([ANYTHING] if about.rich else [])],
                "tags": dict(about.tags),
                "organization": {"id": about.organization, "paths": [about.path]},
            }
            for arn, about in PEOPLE.items()
        },
    }


def request(call: Call, of: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call as a request of a scenario, everything told that a condition can see."""
    told: dict[str, Any] = {"aws:CurrentTime": call.time, "aws:SecureTransport": str(call.secure).lower(), **dict(call.source)}
    if call.account:
        told["aws:MultiFactorAuthPresent"] = str(call.mfa).lower()
    if call.via:
        told["kms:ViaService"] = f"{call.via}.{call.region}.amazonaws.com"
    if call.endpoint:
        told["aws:SourceVpce"] = call.endpoint
    else:
        told["aws:SourceIp"] = call.address
    if call.action in ("CreateGrant", "ListGrants"):
        told["kms:GrantIsForAWSResource"] = str(call.for_aws).lower()
    head = of["key"]["arn"].rpartition(":")[0]
    asked = {"principal": call.who, "action": f"kms:{call.action}", "context": told}
    if call.alias:
        asked["resource"] = f"{head}:{call.alias}"
    if call.action == "CreateGrant":
        more: dict[str, Any] = {"Constraints": {"EncryptionContextSubset": dict(call.pairs)}} if call.pairs else {}
        more |= {"RetiringPrincipal": call.retiring} if call.retiring else {}
        asked["create_grant"] = {"GranteePrincipal": call.grantee, "Operations": list(call.granted), **more}
    elif call.pairs:
        asked["encryption_context"] = dict(call.pairs)
    return asked


def answer(of: Mapping[str, Any], asked: Mapping[str, Any]) -> bool | None:
    """Return whether the policies let a call through; None where that is open."""
    closed, generous = (decide(of, asked, generous=one).outcome in ("allowed", "error") for one in (False, True))
    return closed if closed is generous else None


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_rendered_allows_what_the_lines_say(seed: int, tmp_path: Path) -> None:
    """Each call that a line is about, and calls that differ in a thing or two, are allowed if and only if a line says so."""
    chance = random.Random(seed)  # noqa: S311 - the same intents in every run
    done, decided, given = 0, 0, 0
    while done < INTENTS_PER_SEED:
        meant = intent(chance)
        try:
            _, files = rendered(meant, tmp_path)
        except KmsgenError:
            continue  # what is refused, with reasons, is another test's business
        done += 1
        worlds = {region: scenario(meant, files, region) for region in meant.regions}
        for call in calls(meant.examples, chance, meant.regions):
            if meant.by_iam_alone and PEOPLE.get(call.role, PEOPLE[f"arn:aws:iam::{HOME}:role/a"]).rich:
                continue  # whose IAM policies are not this intent's
            asked = request(call, worlds[call.region])
            found = answer(worlds[call.region], asked)
            decided, given = decided + (found is not None), given + (found is True)
            assert found in (None, meant.allows(call)), f"{meant.text}\n--- bases\n{dict(meant.bases)}\n--- {asked}"
            assert not (found and meant.rules_out(call)), f"never: {meant.text}\n--- {asked}"
    assert given > INTENTS_PER_SEED / 2
    assert decided > INTENTS_PER_SEED * 5


def test_the_intents_use_the_whole_language(tmp_path: Path) -> None:
    """Each production of the language that bears on a call stands in some of the intents that kmsgen takes."""
    chance, reached = random.Random(0), set[str]()  # noqa: S311 - the same intents in every run
    for _ in range(INTENTS_TRIED):
        meant = intent(chance)
        new = made_by([meant.text, *meant.bases.values()]) - reached
        if new:
            try:
                rendered(meant, tmp_path)
            except KmsgenError:
                continue
            reached |= new
    assert not productions() - reached

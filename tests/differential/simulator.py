"""iam-simulate as a process of its own: simulations in, its words for the outcome out.

The package is under the AGPL: it is run, from where the set-up put it, and nothing of it is part of this repository.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generators.spoken import spoken_of
from tests.reference.caller import Kind, caller_of
from tests.reference.context import in_iam_policies
from tests.reference.held import ABSENT
from tests.reference.need import Need
from tests.reference.needs import needs
from tests.reference.patterns import text_of
from tests.reference.view import View

Data = dict[str, Any]
NODE = Path(__file__).parent / "node"
OUTCOMES = {"Allowed": "allowed", "ExplicitlyDenied": "explicitDeny", "ImplicitlyDenied": "implicitDeny"}
MULTI_VALUED = (
    "kms:encryptioncontextkeys", "kms:grantoperations", "aws:tagkeys", "aws:principalorgpaths", "aws:calledvia",
    "kms:resourcealiases", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:principalservicenameslist",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What the simulator says, and the context keys that it left out."""

    outcome: str
    ignored: frozenset[str]


def simulate(simulations: Iterable[Data]) -> list[Answer]:
    """Run simulations in one process. Fails where node or the package is missing: `make setup` installs it."""
    node = shutil.which("node")
    assert node, "node is needed for this test: install Node.js 20 or newer"
    assert (NODE / "node_modules").is_dir(), "iam-simulate is needed for this test: run `make setup`"
    text = "".join(json.dumps(simulation) + "\n" for simulation in simulations)
    done = subprocess.run([node, "simulate.mjs"], cwd=NODE, input=text, capture_output=True, text=True, check=True, timeout=900)
    return [
        Answer(OUTCOMES.get(answer["outcome"], answer["outcome"]), frozenset(key.lower() for key in answer["ignored"]))
        for answer in map(json.loads, done.stdout.splitlines())
    ]


def only_need(data: Data, request: Data) -> Need | None:
    """Return the one permission that a request needs, on a described key or on nothing; None where it needs more or else."""
    needed = needs(data, request, caller_of(request["principal"], data))
    return needed[0] if len(needed) == 1 and needed[0].half in ("key", "nothing") else None


def context_of(data: Data, request: Data) -> dict[str, Any] | None:
    """Return what the request holds of every key that the scenario's policies speak of; None where one is open."""
    need = only_need(data, request)
    if need is None:
        return None
    lookup = in_iam_policies(View(data, request, caller_of(request["principal"], data), need))
    found: dict[str, Any] = {}
    for name in spoken_of(data).values:
        held = lookup(name)
        if held.texts is None or held.perhaps is not None:
            return None
        if held != ABSENT:
            found[name] = list(held.texts) if name in MULTI_VALUED else held.texts[0]
    return found


def simulation(data: Data, request: Data) -> Data:
    """Put one request of a scenario as the simulator takes it, with the context that KMS and IAM derive."""
    caller, need = caller_of(request["principal"], data), only_need(data, request)
    assert need is not None
    beside = caller.beside
    policy = need.access["policy"] if need.access is not None else None
    question = {
        "request": {
            "principal": _principal(request["principal"], caller.kind),
            "action": need.iam_action,
            "resource": {"resource": text_of(need.resource), "accountId": need.account or caller.account},
            "contextVariables": context_of(data, request),
        },
        "identityPolicies": _named(beside.get("identity_policies", [])),
        "serviceControlPolicies": _levels(beside.get("scps", [])),
        "resourceControlPolicies": _levels(data["rcps"]),
        "resourcePolicy": policy,
        "permissionBoundaryPolicies": _named([beside["boundary"]]) if beside.get("boundary") else None,
        "sessionPolicy": (beside.get("session_policies") or [None])[0],
        "vpcEndpointPolicies": _endpoint(data, request),
    }
    return {name: value for name, value in question.items() if value is not None}


def _principal(arn: str, kind: Kind) -> str:
    """Put a session for a role: a role stands for some session of it."""
    if kind is not Kind.ROLE or ":role/" not in arn:
        return arn
    head, _, path = arn.replace(":iam:", ":sts:").partition(":role/")
    return f"{head}:assumed-role/{path.rpartition('/')[2]}/some-session"


def _named(policies: list[Data]) -> list[dict[str, Any]]:
    return [{"name": f"p{index}", "policy": policy} for index, policy in enumerate(policies)]


def _levels(levels: list[list[Data]]) -> list[dict[str, Any]]:
    return [{"orgIdentifier": f"ou-{index}", "policies": _named(level)} for index, level in enumerate(levels)]


def _endpoint(data: Data, request: Data) -> list[dict[str, Any]] | None:
    policy = data["vpc_endpoint_policies"].get(request["context"].get("aws:SourceVpce"))
    return _named([policy]) if policy else None

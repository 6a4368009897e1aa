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

from kmsgen.authorizer import Request
from kmsgen.policy.bundle import Bundle
from tests.differential.worlds import Data
from tests.reference.context import Target, build
from tests.reference.decide import canonical
from tests.reference.people import look_up

NODE = Path(__file__).parent / "node"
OUTCOMES = {"Allowed": "allowed", "ExplicitlyDenied": "explicitDeny", "ImplicitlyDenied": "implicitDeny"}
MULTI_VALUED = (
    "kms:encryptioncontextkeys", "kms:grantoperations", "aws:tagkeys", "aws:principalorgpaths", "aws:calledvia",
    "kms:resourcealiases",
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


def simulation(data: Data, asked: Data, request: Request, bundle: Bundle) -> Data:
    """Put one request of a scenario as the simulator takes it, with the context that KMS and IAM derive."""
    person = look_up(request.principal, bundle)
    access = bundle.keys[0]
    resource = "*" if asked.get("resource") == "*" else access.key.arn
    alias = "alias/pay" if ":alias/" in str(asked.get("resource")) else None
    region = access.key.arn.split(":")[3]
    target = Target(canonical(request.action), resource, access.key if resource != "*" else None, region, alias)
    context = build(request, person, target)
    beside = data["principals"].get(person.arn) or data["principals"].get(person.role) or {}
    question = {
        "request": {
            "principal": _principal(request.principal),
            "action": f"kms:{target.action}",
            "resource": {"resource": resource, "accountId": access.key.arn.split(":")[4] if resource != "*" else person.account},
            "contextVariables": {n: list(v) if n in MULTI_VALUED else v[0] for n, v in context.items() if v},
        },
        "identityPolicies": _named(beside.get("identity_policies", [])),
        "serviceControlPolicies": _levels(beside.get("scps", [])),
        "resourceControlPolicies": _levels(data["rcps"]),
        "resourcePolicy": data["policy"] if resource != "*" else None,
        "permissionBoundaryPolicies": _named([beside["boundary"]]) if beside.get("boundary") else None,
        "sessionPolicy": (beside.get("session_policies") or [None])[0],
        "vpcEndpointPolicies": _endpoint(data, asked),
    }
    return {name: value for name, value in question.items() if value is not None}


def _principal(arn: str) -> str:
    """Put a session for a role: a role stands for some session of it."""
    return arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/some-session" if ":role/" in arn else arn


def _named(policies: list[Data]) -> list[dict[str, Any]]:
    return [{"name": f"p{index}", "policy": policy} for index, policy in enumerate(policies)]


def _levels(levels: list[list[Data]]) -> list[dict[str, Any]]:
    return [{"orgIdentifier": f"ou-{index}", "policies": _named(level)} for index, level in enumerate(levels)]


def _endpoint(data: Data, asked: Data) -> list[dict[str, Any]] | None:
    policy = data["vpc_endpoint_policies"].get(asked["context"].get("aws:SourceVpce"))
    return _named([policy]) if policy else None

"""Proofs as text and as data: the answer to each question, and the groups of accesses that speak against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kmsgen.cli.console import answer, answer_json
from kmsgen.cli.reports.plain_scenario import format_scenario
from kmsgen.prover.question import Group, Proof

_SHOWN = 20


def show(proofs: Sequence[Proof], output: str) -> None:
    """Print the answers."""
    if output == "json":
        answer_json([told(proof) for proof in proofs])
    else:
        answer(*(line for proof in proofs for line in lines(proof)))


def told(proof: Proof) -> dict[str, Any]:
    """Return a proof as plain data: `{question, result, reason, groups}`."""
    groups = [told_group(one) for one in proof.groups]
    return {"question": proof.question, "result": str(proof.result), "reason": proof.reason, "groups": groups}


def told_group(one: Group) -> dict[str, Any]:
    """Return a group as plain data: `{principals, actions, conditions, reason, witness}`."""
    return {
        "principals": list(one.principals),
        "actions": list(one.actions),
        "conditions": list(one.conditions),
        "reason": list(one.reason),
        "witness": format_scenario(one.witness),
    }


def lines(proof: Proof) -> Iterator[str]:
    """Yield a proof as lines for a reader."""
    yield f"{proof.result}: {proof.question}{f' ({proof.reason})' if proof.reason else ''}"
    for one in proof.groups[:_SHOWN]:
        yield f"  {one}"
        yield f"    such as {shortly(one)}"
        if one.reason:
            yield f"    allowed by {', '.join(one.reason)}"
    if len(proof.groups) > _SHOWN:
        yield f"  and {len(proof.groups) - _SHOWN} more groups"


def shortly(one: Group) -> str:
    """Return the witness of a group in one line."""
    request = one.witness.request
    pairs = [f"{key}={','.join(values)}" for key, values in sorted(request.context.items()) if values]
    pairs += [f"{{{name}: {value}}}" for name, value in request.encryption_context.items()]
    if request.create_grant is not None:
        pairs.append(f"a grant of {', '.join(request.create_grant.operations)} to {request.create_grant.grantee}")
    return f"{request.principal} calling {request.action}{' with ' if pairs else ''}{', '.join(pairs)}"

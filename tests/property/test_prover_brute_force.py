"""The prover against brute force: what it proves, no request that anybody can think of refutes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from kmsgen.prover import Budget, Never, Only, Proof, Question, Result, prove
from tests.generators.narrow import narrow
from tests.generators.planted import Found, planted
from tests.generators.scenarios import scenario
from tests.property.brute_force import (
    PROFILE,
    Asked,
    Batch,
    World,
    as_data,
    batches,
    one_question,
    questions,
    read,
    tags_of,
    usable,
    with_assumed,
    world,
)
from tests.reference.decide import decide
from tests.reference.three import Answer

LONG = os.environ.get("KMSGEN_LONG") == "1"
BLOCKS = range(8)
WIDE, NARROW, PLANTED = (600, 4_000, 8_000) if LONG else (3, 25, 40)
REQUESTS_A_PROOF = 1_000 if LONG else 60
BUDGET = Budget(seconds=5.0)
Data = dict[str, Any]
Record = Callable[[str, object], None]


def worlds(block: int) -> Iterator[tuple[str, World, Asked]]:
    """Yield random worlds with questions: wide ones, and narrow ones in which all hangs on conditions."""
    for seed in range(block * WIDE, (block + 1) * WIDE):
        about = world(scenario(seed, PROFILE))
        yield from ((f"wide {seed}", about, one) for one in list(questions(Random(seed), about)))  # noqa: S311
    for seed in range(block * NARROW, (block + 1) * NARROW):
        data, action = narrow(seed)
        yield f"narrow {seed}", world(data), one_question(Random(seed), action)  # noqa: S311


def shown(name: str, proof: Proof, data: Data, request: Data) -> str:
    """Return a false proof with what refutes it."""
    return f"{name}: {proof.question}: proved, and yet {json.dumps(request)}\n{json.dumps(data)}"


@pytest.mark.parametrize("block", BLOCKS)
def test_nothing_that_is_proved_is_allowed(block: int, record_property: Record) -> None:
    """Of thousands of requests that would refute a proof none is allowed, by the reference or by the authorizer."""
    false, proofs, tried = [], 0, 0
    for number, (name, about, asked) in enumerate(worlds(block)):
        proof = prove(about.bundle, asked.question, BUDGET)
        assert "defect" not in proof.reason, f"{name}: {proof.reason}"
        if proof.result is not Result.PROVED:
            continue
        proofs += 1
        for batch in batches(about, asked, Random(number), REQUESTS_A_PROOF):  # noqa: S311 - a seed makes requests
            tried += len(batch.requests)
            refuting = batch.by_reference() or batch.by_authorizer()
            if refuting:
                false.append(shown(name, proof, batch.assumed, refuting[0]))
                break
    record_property("brute force: proofs", proofs)
    record_property("brute force: requests tried against proofs", tried)
    record_property("brute force: proofs refuted", len(false))
    assert not false, f"{len(false)} of {proofs} proofs are false\n\n" + "\n\n".join(false[:3])


@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_proved_holds_in_every_reading(block: int) -> None:
    """No request would refute a proof if what AWS's pages leave open were read in its favour.

    Several values of one name are read in one way for all conditions (P4), which the reference does not: it reads each by itself.
    """
    false = []
    for seed in range(block * NARROW, block * NARROW + NARROW // 2):
        data, action = narrow(10_000_000 + seed)
        about, asked = world(data), one_question(Random(seed), action)  # noqa: S311 - a seed makes a question
        proof = prove(about.bundle, asked.question, BUDGET)
        if proof.result is Result.PROVED:
            for batch in batches(about, asked, Random(seed), REQUESTS_A_PROOF):  # noqa: S311 - a seed makes requests
                refuting = [_told_whole(batch.assumed, request) for request in batch.by_reference(generous=True)]
                consistent = Batch(batch.assumed, refuting).by_reference(generous=True)
                whole = [request for request in consistent if not _has_a_name_twice(request)]
                false += [shown(f"narrow {seed}", proof, batch.assumed, request) for request in whole[:1]]
    assert not false, f"{len(false)} proofs rest on an open reading\n\n" + "\n\n".join(false[:3])


def _told_whole(data: Data, request: Data) -> Data:
    """Tell of each global key that a policy reads and the request leaves open that it is absent.

    The reference reads each test of an open key in favour of access by itself: an Allow may need a value that a Deny rules out.
    """
    told = {name.lower() for name in request["context"]}
    read = {key for key in _keys_read(data) if key.lower().startswith(("aws:", "kms:viaservice")) and key.lower() not in told}
    return {**request, "context": {**request["context"], **{key: [] for key in sorted(read)}}}


def _keys_read(data: Any) -> Iterator[str]:
    """Yield the condition keys of every statement in plain data."""
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _keys_read(item)
    condition = data.get("Condition") if isinstance(data, dict) else None
    for keys in condition.values() if isinstance(condition, dict) else ():
        yield from keys


# --- planted requests ---------------------------------------------------------------------------------------------------


def allowed(found: Found) -> Answer:
    """Tell whether the planted request is allowed, with every IAM policy that nobody described."""
    request = found.request
    return decide(with_assumed(found.scenario, [request["principal"]], tags_of(request)), request).outcome == "allowed"


def question_about(found: Found) -> Question:
    """Ask a question that the planted request refutes."""
    principal = found.request["principal"]
    if len(found.kinds) % 2:
        return Never(principal, ("kms:Decrypt",))
    return Only(("arn:aws:iam::111122223333:role/admin", "sns.amazonaws.com"), ("kms:Decrypt",))


@pytest.mark.parametrize("block", BLOCKS)
def test_planted_requests_are_found(block: int, record_property: Record) -> None:
    """A policy made around a request that it allows is never proved to allow it to nobody, of whatever kinds its tests are."""
    false, asked = [], 0
    for seed in range(block * PLANTED, (block + 1) * PLANTED):
        found = planted(seed)
        if allowed(found):
            asked += 1
            proof = prove(read(found.scenario), question_about(found), BUDGET)
            if proof.result is Result.PROVED:
                false.append(f"{' and '.join(found.kinds)}: {shown(f'planted {seed}', proof, found.scenario, found.request)}")
    record_property("brute force: planted requests", asked)
    record_property("brute force: planted requests proved away", len(false))
    assert asked >= 0.9 * PLANTED
    assert not false, f"{len(false)} of {asked} are proved away\n\n" + "\n\n".join(false[:5])


# --- witnesses ----------------------------------------------------------------------------------------------------------


def replays(data: Data, request: Data) -> bool:
    """Tell whether both judges allow a witness, with every IAM policy that nobody described."""
    batch = Batch(usable(with_assumed(data, [request["principal"]], tags_of(request))), [request])
    return bool(batch.by_reference(in_any_state=True) and batch.by_authorizer(in_any_state=True))


def _has_a_name_twice(request: Data) -> bool:
    """Tell whether names of pairs differ in case alone: no page says which of their values a condition on the name sees."""
    constraints = (request.get("create_grant") or {}).get("Constraints", {})
    maps = [request.get("encryption_context", {}), *(pairs for pairs in constraints.values() if isinstance(pairs, dict))]
    return any(len({name.lower() for name in pairs}) < len(pairs) for pairs in maps)


@pytest.mark.parametrize("block", BLOCKS)
def test_witnesses_replay(block: int, record_property: Record) -> None:
    """Each witness of a refutation is allowed, by the authorizer and by the reference."""
    false, witnesses = [], 0
    for name, about, asked in worlds(block + 1_000):
        proof = prove(about.bundle, asked.question, BUDGET)
        for group in proof.groups[:5]:
            witnesses += 1
            request = as_data(group.witness.request)
            if not replays(about.data, request) and not _has_a_name_twice(request):
                false.append(f"{name}: {proof.question}: {json.dumps(request)}\n{json.dumps(about.data)}")
        assert "defect" not in proof.reason, f"{name}: {proof.reason}"
    record_property("brute force: witnesses", witnesses)
    assert not false, f"{len(false)} of {witnesses} witnesses do not replay\n\n" + "\n\n".join(false[:3])

"""Accesses of a file with several keys: each says which key it is about, and where that key's own statement stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kmsgen.cli.jobs.comparison.placing import Placing
from kmsgen.prover.prove import prove
from kmsgen.prover.question import NoPublic
from kmsgen.sources.subject import Subject, read_subject

ARN = "arn:aws:kms:us-east-1:111122223333:key/{}234abcd-12ab-34cd-56ef-1234567890ab"


def state(folder: Path, numbers: str) -> Subject:
    """Read a state of public keys, each on lines of its own."""
    statement = {"Sid": "Pub", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    resources: list[dict[str, Any]] = [
        {"mode": "managed", "type": "aws_kms_key", "name": f"k{number}",
         "instances": [{"attributes": {"arn": ARN.format(number), "policy": policy}}]}
        for number in numbers
    ]  # fmt: skip
    path = folder / "state.json"
    path.write_text(json.dumps({"version": 4, "serial": 1, "resources": resources}, indent=0))
    return read_subject(str(path))


def test_an_access_names_its_key_and_the_line_of_its_statement(tmp_path: Path) -> None:
    """Also where all keys have statements of one Sid; of a file with one key nothing is added."""
    subject = state(tmp_path, "12")
    groups = [prove(bundle, NoPublic()).groups[0] for bundle in subject.by_key()]
    first, second = Placing(subject).accesses(groups, gained=True, names_keys=True)
    assert [one.conditions for one in (first, second)] == [("on aws_kms_key.k1",), ("on aws_kms_key.k2",)]
    assert 1 < first.place.line < second.place.line
    assert [one.conditions for one in Placing(subject).accesses(groups, gained=True)] == [(), ()]
    (alone,) = Placing(state(tmp_path, "1")).accesses(groups[:1], gained=True, names_keys=True)
    assert alone.conditions == ()

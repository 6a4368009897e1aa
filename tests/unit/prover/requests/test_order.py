"""What is found, and how it is told, hangs on what is written alone: not on where tests are in memory, nor on how texts hash."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from kmsgen.prover.requests.constraints import KeyTest, Reading, in_order

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": "kms:Decrypt", "Resource": "*"}
TIMES = {"DateLessThan": {"aws:EpochTime": "1782864000"}, "DateLessThanEquals": {"aws:EpochTime": "1780315200"}}
TAGS = [{"StringLike": {"aws:PrincipalTag/a": pattern}} for pattern in ("x*", "y*")]
OLD = [{**ALLOW, "Action": "kms:DescribeKey"}]
NEW = [{**ALLOW, "Condition": TIMES}, *({**ALLOW, "Effect": "Deny", "Condition": one} for one in TAGS)]


def test_literals_have_one_order() -> None:
    """Whatever order they come in."""
    conditions = (("StringEquals", "b"), ("StringLike", "a"), ("StringEquals", "a"), ("StringEquals", "c"))
    tests = [
        KeyTest(compile_condition(Condition(operator, "aws:PrincipalTag/t", (value,)), deny=False, modern=True), Reading())
        for operator, value in conditions
    ]
    orders = {tuple(in_order((test, True) for test in some)) for some in permutations(tests)}
    assert len(orders) == 1


def test_every_run_finds_and_says_the_same(tmp_path: Path) -> None:
    """The same difference, byte for byte, in processes that hash texts otherwise."""
    for name, statements in (("old.json", OLD), ("new.json", NEW)):
        (tmp_path / name).write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    words = ["diff", "old.json", "new.json", "--key-arn", KEY, "--output", "json"]
    command = [sys.executable, "-m", "kmsgen", *words]
    said = {
        subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in "1234"
    }
    assert len(said) == 1
    assert json.loads(said.pop())["gained"]

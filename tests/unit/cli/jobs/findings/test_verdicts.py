"""What `verify` and `lint` found is remembered by all that it rests on, and told as it would be found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.findings import linting, verifying
from kmsgen.prover.problem import Budget
from tests.unit.cli.named_intents import EXTENDING as INTENT
from tests.unit.cli.running import Ran, Runner

ACCOUNT = "arn:aws:iam::111122223333"
WORDS = {
    "verify": ("verify", "intents"),
    "lint": ("lint", "intents", "policy.json", "--fail-on", "note"),
}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a key policy with the account's statement and some more."""
    root = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": f"{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [root, *statements]}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with intents and a policy, with a cache, in one process."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    monkeypatch.delenv("KMSGEN_NO_CACHE")
    monkeypatch.setenv("KMSGEN_CACHE", str(tmp_path / "cache"))
    for number in range(2):
        runner.write(f"intents/{number}.yaml", INTENT.format(name=f"i{number}"))
    runner.write("intents/base.yaml", "admins: [role/admin]\n")
    runner.write("policy.json", policy())
    return runner


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files that are worked on."""
    files: list[str] = []
    verified, found = verifying.verify_intent, linting.findings_of

    def counted(intent: Any, *more: Any, **named: Any) -> Any:
        files.append(Path(intent.path).name)
        return verified(intent, *more, **named)

    def counted_file(subject: Any) -> Any:
        files.append(Path(subject.path).name)
        return found(subject)

    monkeypatch.setattr(verifying, "verify_intent", counted)
    monkeypatch.setattr(linting, "findings_of", counted_file)
    return files


def done(worked: list[str]) -> list[str]:
    """Return the files that were worked on since this was last asked."""
    files = sorted(worked)
    worked.clear()
    return files


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("command", WORDS)
def test_nothing_is_found_twice_and_nothing_is_told_otherwise(command: str, output: str, run: Runner, worked: list[str]) -> None:
    """A second run works on nothing, and says byte for byte what a run without a cache says."""
    words = (*WORDS[command], "--output", output)
    first = run(*words)
    assert len(done(worked)) == len(WORDS[command]) - (0 if command == "verify" else 2)
    assert (run(*words), done(worked)) == (first, [])
    assert run(*words, "--no-cache") == first
    assert len(done(worked)) > 1


@pytest.mark.parametrize("command", WORDS)
@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda: Path("intents/1.yaml").write_text(INTENT.format(name="i1") + "# x\n"), ["1.yaml"]),
        (lambda: Path("intents/base.yaml").write_text("admins: [role/other]\n"), ["0.yaml", "1.yaml"]),
        (lambda: Path("intents/1.yaml").rename("intents/9.yaml"), ["9.yaml"]),
    ],
    ids=["the intent", "what it extends", "its path"],
)
def test_a_verdict_on_an_intent_is_keyed_by_its_files(
    change: Callable[[], object], again: list[str], command: str, run: Runner, worked: list[str]
) -> None:
    """By their content, and by its path, which messages name; the other ones are remembered."""
    run(*WORDS[command])
    done(worked)
    change()
    found = run(*WORDS[command])
    assert done(worked) == again
    assert run(*WORDS[command], "--no-cache") == found


def test_an_intent_that_is_named_itself_is_keyed_by_what_it_extends(run: Runner, worked: list[str]) -> None:
    """As it is in a folder."""
    for command in WORDS:
        run(command, "intents/1.yaml")
        run(command, "intents/1.yaml")
        assert done(worked) == ["1.yaml"]
        Path("intents/base.yaml").write_text(f"admins: [role/{command}]\n")
        run(command, "intents/1.yaml")
        assert done(worked) == ["1.yaml"]


def test_what_stands_beside_a_policy_is_among_what_findings_rest_on(run: Runner, worked: list[str]) -> None:
    """The option, and what the file holds that it names."""
    beside = ("lint", "policy.json", "--identity-policy", f"{ACCOUNT}:role/app=iam.json")
    allowed = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    run.write("iam.json", {"Version": "2012-10-17", "Statement": [allowed]})
    for words in (("lint", "policy.json"), beside, beside):
        run(*words)
    assert done(worked) == ["policy.json"] * 2
    run.write("iam.json", {"Version": "2012-10-17", "Statement": [{**allowed, "Action": "kms:*"}]})
    assert run(*beside) == run(*beside, "--no-cache")
    assert done(worked) == ["policy.json"] * 2


def test_a_no_is_not_remembered_by_verify(run: Runner, worked: list[str]) -> None:
    """A proof that was out of time is looked at again."""
    run.write("intents/1.yaml", INTENT.format(name="i1") + "never: [{principal: role/app, actions: [kms:Encrypt]}]\n")
    first = run(*WORDS["verify"])
    done(worked)
    assert (run(*WORDS["verify"]), first.code) == (first, 1)
    assert done(worked) == ["1.yaml"]


TIME = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "kms:PutKeyPolicy",
    "Resource": "*",
    "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2999-01-01T00:00:00Z"}},
}
STACK = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "nested.json"}},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy()}},
    },
}


@pytest.mark.parametrize("text", [policy(TIME), STACK], ids=["the time", "a file that may come"])
def test_findings_that_rest_on_more_than_the_file_are_not_remembered(text: object, run: Runner, worked: list[str]) -> None:
    """Somebody may change a policy until a time comes, and a template beside the template may come or go."""
    run.write("policy.json", text)
    for _ in range(2):
        run("lint", "policy.json")
    assert done(worked) == ["policy.json"] * 2


def test_findings_of_proofs_that_were_not_finished_are_not_remembered(
    run: Runner, worked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more time there may be others."""
    star = {"Sid": "Any", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    run.write("policy.json", policy(star))
    with monkeypatch.context() as patch:
        patch.setattr("kmsgen.checks.lint.lint.Budget", lambda seconds: Budget(steps=1, seconds=seconds))
        assert "not-finished" in run("lint", "policy.json").out
    done(worked)
    assert "not-finished" not in run("lint", "policy.json").out
    assert done(worked) == ["policy.json"]


@pytest.mark.parametrize("command", WORDS)
@pytest.mark.parametrize("damage", ["summary", "key", "file"])
def test_a_damaged_verdict_is_none(damage: str, command: str, run: Runner, worked: list[str]) -> None:
    """An answer that somebody changed, an answer under another one's key, a file that is no database: each is found out."""
    first = run(*WORDS[command])
    done(worked)
    if damage == "file":
        Path("cache/answers.sqlite").write_bytes(b"nonsense" * 1000)
    else:
        with sqlite3.connect("cache/answers.sqlite") as file:
            if damage == "summary":
                file.execute("UPDATE answers SET summary = summary || ' '")
            else:
                file.execute("UPDATE answers SET key = 'x' || key")
    ran = run(*WORDS[command])
    assert (ran.code, ran.out) == (first.code, first.out)
    assert "0.yaml" in done(worked)


def test_many_processes_and_what_is_remembered_say_the_same(run: Runner) -> None:
    """Whatever was remembered before, by however many, in the order of the files."""
    for number in range(2, 10):
        run.write(f"intents/{number}.yaml", INTENT.format(name=f"i{number}"))
    anew: dict[str, Ran] = {command: run(*words, "--no-cache", "--jobs", "1") for command, words in WORDS.items()}
    for command, words in WORDS.items():
        run(command, "intents/3.yaml", "intents/5.yaml")
        assert run(*words, "--jobs", "2") == anew[command]
        assert run(*words, "--jobs", "2") == anew[command]
    assert json.loads(run("verify", "intents", "--output", "json").out)[3]["file"] == "intents/3.yaml"

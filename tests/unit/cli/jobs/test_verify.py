"""`kmsgen verify`: which files it is asked about, and what it prints of one and of many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.forms import ADMIN, INTENT, KEY, POLICY
from tests.unit.cli.running import Runner

MORE = {**POLICY, "Statement": [*POLICY["Statement"], {**POLICY["Statement"][0], "Sid": "More", "Action": "kms:Encrypt"}]}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder with intents to run commands in."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    for name in ("a", "b"):
        runner.write(f"folder/{name}.yaml", INTENT.replace("name: door", f"name: {name}"))
    runner.write("policy.json", POLICY)
    runner.write("more.json", MORE)
    runner.write("intent.yaml", INTENT)
    return runner


USAGE = [
    ("nothing to verify", (), "no intent to verify"),
    (
        "what stands beside no policy",
        ("intent.yaml", "--grants", "grants.json"),
        "beside the policies that --against names",
    ),
    ("many intents against one policy", ("folder", "--against", "policy.json"), "policies are compared with one intent"),
]


@pytest.mark.parametrize(("note", "words", "told"), USAGE)
def test_what_cannot_be_asked_is_refused(note: str, words: tuple[str, ...], told: str, run: Runner) -> None:
    """Nothing is answered, and the message tells what to leave out."""
    run.write("grants.json", {"Grants": []})
    ran = run("verify", *words)
    assert (ran.code, ran.out, told in ran.err) == (2, "", True), (note, ran.err)


def test_each_of_several_intents_has_a_line(run: Runner) -> None:
    """A yes is one line an intent, in the order of their names, and a count ends it."""
    ran = run("verify", "folder")
    assert (ran.code, ran.out.splitlines()) == (0, ["yes  folder/a.yaml", "yes  folder/b.yaml"])
    assert "2 intents, none of them with a no" in ran.err


def test_of_several_intents_a_bad_one_hides_none(run: Runner) -> None:
    """The others are answered all the same, and the exit code is that of bad input."""
    run.write("folder/c.yaml", "kmsgen: 1\nname: [\n")
    ran = run("verify", "folder", "--output", "json")
    assert (ran.code, [one["file"] for one in json.loads(ran.out)]) == (2, ["folder/a.yaml", "folder/b.yaml"])
    assert "folder/c.yaml:" in ran.err


def test_the_first_failure_can_end_it(run: Runner) -> None:
    """With --fail-fast nothing behind a failure is looked at."""
    run.write("folder/a.yaml", "kmsgen: 1\nname: [\n")
    run.write("folder/c.yaml", INTENT)
    ran = run("verify", "folder", "--fail-fast")
    assert (ran.code, "folder/c.yaml" in ran.out) == (2, False)


@pytest.mark.parametrize(("against", "code"), [("policy.json", 0), ("more.json", 1)])
def test_existing_policies_are_compared_with_the_intent(against: str, code: int, run: Runner) -> None:
    """More than the intent asks for is a no, with who may do what beyond it."""
    ran = run("verify", "intent.yaml", "--against", against, "--key-arn", KEY, "--output", "json")
    answers = json.loads(ran.out)["answers"]
    assert (ran.code, any(one["answer"] == "no" for one in answers)) == (code, bool(code))
    assert (ADMIN in json.dumps(answers)) is bool(code)

"""`kmsgen gate`: lint, the questions of kmsgen.toml and the difference of a plan, one report and one exit code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.unit.cli.forms import KEY, POLICY, Written, every_form, plan_of
from tests.unit.cli.git_repository import repository_with_intents
from tests.unit.cli.running import Runner

SETTINGS = """
[never.contractors]
principal = "role/contractor-*"
actions = ["kms:Decrypt"]

[only.app]
principals = ["role/app"]
actions = ["Decrypt"]
"""
APP = "arn:aws:iam::111122223333:role/app"


def plan(*, before: Any = None, after: Any = POLICY) -> str:
    """Return a plan that takes the policy of a key from one to another."""
    data = json.loads(plan_of(after))
    if before is not None:
        data["prior_state"] = {"values": json.loads(plan_of(before))["planned_values"]}
    return json.dumps(data)


def letting(principal: str, action: str = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    """Return the policy with a statement more."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}
    return {**POLICY, "Statement": [*POLICY["Statement"], statement]}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with settings."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    runner.write("kmsgen.toml", SETTINGS)
    return runner


def gated(run: Runner, *words: str, code: int = 0) -> dict[str, Any]:
    """Return the report on one file as data."""
    ran = run("gate", *words, "--output", "json")
    assert ran.code == code, ran.out + ran.err
    data = json.loads(ran.out)
    assert data["passes"] is (code == 0)
    (one,) = data["files"]
    assert isinstance(one, dict)
    return one


def answers(one: dict[str, Any]) -> dict[str, str]:
    """Return the result of each question."""
    return {answer["name"]: answer["result"] for answer in one["questions"]}


@pytest.mark.parametrize("form", every_form().values(), ids=every_form())
def test_the_questions_of_the_settings_are_asked_of_every_form(form: Written, run: Runner) -> None:
    """Whatever a file is, what must be impossible in it is proved or not."""
    path = run.write(form.name, form.text)
    one = gated(run, path, *form.options, "--fail-on", "error", code=0)
    assert answers(one) == {"never.contractors": "proved", "only.app": "proved"}


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (letting("arn:aws:iam::111122223333:role/contractor-7"), ["never.contractors", "only.app"]),
        (letting("arn:aws:iam::111122223333:role/other"), ["only.app"]),
        (letting("arn:aws:iam::111122223333:root", "kms:*"), ["never.contractors", "only.app"]),
    ],
)
def test_what_must_be_impossible_fails_with_a_call_of_it(policy: dict[str, Any], why: list[str], run: Runner) -> None:
    """The exit code is 1; the calls are told."""
    one = gated(run, run.write("plan.json", plan(after=policy)), "--fail-on", "error", code=1)
    assert one["why"] == why
    (first, *_) = [answer for answer in one["questions"] if answer["name"] == why[0]]
    assert first["result"] == "refuted"
    assert first["groups"][0]["witness"]["requests"][0]["action"] == "kms:Decrypt"


def test_a_plan_is_compared_with_what_there_is_before_it(run: Runner) -> None:
    """What it gains fails on request, of an option or of the settings."""
    run.write("kmsgen.toml", "")
    path = run.write("plan.json", plan(before=POLICY, after=letting(APP, "kms:Encrypt")))
    one = gated(run, path)
    assert [group["actions"] for group in one["diff"]["gained"]] == [["kms:Encrypt"]]
    assert gated(run, path, "--fail-on", "gained", code=1)["why"] == ["diff"]
    assert gated(run, path, "--fail-on", "lost")["why"] == []
    run.write("kmsgen.toml", '[fail-on]\ndiff = "gained"\n')
    assert gated(run, path, code=1)["why"] == ["diff"]
    assert gated(run, path, "--fail-on", "lost", "--fail-on", "gained", code=1)["why"] == ["diff"]


def test_findings_fail_from_a_severity_on(run: Runner) -> None:
    """That of the settings, or of an option; both gates may be told at once."""
    run.write("kmsgen.toml", "")
    path = run.write("plan.json", plan(after=letting(APP, "kms:*")))
    levels = {found["severity"] for found in gated(run, path, "--fail-on", "error")["findings"]}
    assert levels == {"note"}
    assert gated(run, path, "--fail-on", "note", "--fail-on", "gained", code=1)["why"][0].startswith("lint (")
    run.write("kmsgen.toml", '[fail-on]\nlint = "note"\n')
    assert run("gate", path).code == 1


def test_fail_fast_ends_at_the_first_no(run: Runner) -> None:
    """The report is of the files up to it, and no other one is looked at."""
    for name, policy in (("a", POLICY), ("b", letting("*")), ("c", letting("*"))):
        run.write(f"{name}.json", json.dumps(policy))
    every = json.loads(run("gate", "a.json", "b.json", "c.json", "--output", "json").out)
    assert [one["passes"] for one in every["files"]] == [True, False, False]
    first = json.loads(run("gate", "a.json", "b.json", "c.json", "--output", "json", "--fail-fast").out)
    assert (first["passes"], first["files"]) == (False, every["files"][:2])


def test_what_is_unknown_is_no_pass(run: Runner) -> None:
    """A question that cannot be answered fails, and says what is not known."""
    data = json.loads(plan(after=POLICY))
    resources = data["planned_values"]["root_module"]["resources"]
    (key,) = (one for one in resources if one["type"] == "aws_kms_key")
    key["values"].pop("policy")
    changes = {"address": key["address"], "mode": "managed", "type": "aws_kms_key", "name": key.get("name", "key"), "index": None}
    data["resource_changes"] = [
        {**changes, "change": {"actions": ["create"], "before": None, "after": key["values"], "after_unknown": {"policy": True}}}
    ]
    one = gated(run, run.write("plan.json", json.dumps(data)), "--key-arn", KEY, "--fail-on", "error", code=1)
    assert set(answers(one).values()) == {"unknown"}


def test_iam_policies_without_a_key_leave_questions_open(run: Runner) -> None:
    """Which keys they open nobody tells; policies that do not speak of KMS are nothing to ask about."""
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    path = run.write("iam.json", {"Version": "2012-10-17", "Statement": [allow]})
    assert answers(gated(run, path, "--fail-on", "error", code=1)) == {"never.contractors": "unknown", "only.app": "unknown"}
    role = {"mode": "managed", "type": "aws_s3_bucket", "name": "b", "address": "aws_s3_bucket.b", "values": {"bucket": "b"}}
    empty = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [role]}}}
    one = gated(run, run.write("plan.json", empty))
    assert (one["findings"], one["questions"]) == ([], [])
    assert any("nothing here is about KMS" in note for note in one["notes"])


def test_intents_are_those_of_the_settings(run: Runner) -> None:
    """Without arguments; with `--changed-since` those that were touched."""
    repository = repository_with_intents(run.path / "r")
    repository.write("r/x", "")
    run._monkeypatch.chdir(repository.path)
    repository.write("kmsgen.toml", f'intents = ["intents"]\njobs = 1\n{SETTINGS}')
    repository.commit()
    ran = run("gate", "--fail-on", "error")
    assert (ran.code, [line for line in ran.out.splitlines() if line.startswith("yes")]) == (
        0, [f"yes  intents/{name}.yaml" for name in "abc"]
    )  # fmt: skip
    repository.write("intents/_other.yaml", "admins: [role/admin]\nusers: [{principal: role/contractor-1, can: [decrypt]}]\n")
    ran = run("gate", "--changed-since", "HEAD")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "no   intents/c.yaml: never.contractors, only.app")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[never.x]\nprincipal = 'rolle/a'\nactions = ['kms:Decrypt']", "kmsgen.toml:1:8: principal-syntax: `rolle/a`"),
        ("[never.x]\nprincipal = 'role/a'\nactions = ['kms:Decript']", "kmsgen.toml:1:8: unknown-action: "),
        ("[only.x]\nprincipals = ['organization/o-exampleorgid']\nactions = ['kms:Sign']", "kmsgen.toml:1:7: principal-syntax: "),
        ("[only.x]\nprincipals = ['role/a b']\nactions = ['kms:Sign']", "kmsgen.toml:2:1: bad-setting: `only.x.principals`: "),
        ("[only.'::x']\nprincipals = ['role/a']\nactions = ['kms:Sign']", "kmsgen.toml:1:7: bad-setting: `only.::x`: "),
    ],
)
def test_a_question_that_means_nothing_is_refused(text: str, said: str, run: Runner) -> None:
    """With its place, before anything is looked at."""
    run.write("kmsgen.toml", text)
    ran = run("gate", run.write("plan.json", plan()))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(said), ran.err


def test_one_report_comes_in_every_form(run: Runner) -> None:
    """A finding, an answer and a difference each are a result of SARIF and a case of JUnit; Markdown tells what does not pass."""
    path = run.write("plan.json", plan(before=POLICY, after=letting("arn:aws:iam::111122223333:role/contractor-1", "kms:*")))
    forms = ("markdown", "sarif", "junit")
    ran = run(
        "gate", path, "missing.json", "--fail-on", "any", *(word for form in forms for word in ("--write", f"{form}=x.{form}"))
    )
    assert ran.code == 2
    assert ran.out.splitlines()[0] == f"no   {path}: never.contractors, only.app, diff"
    log = json.loads(Path("x.sarif").read_text())
    asked = json.loads((Path(__file__).parents[1] / "reports" / "sarif_2_1_0.json").read_text())
    assert [error.message for error in Draft202012Validator(asked).iter_errors(log)] == []
    rules = {one["ruleId"] for one in log["runs"][0]["results"]}
    assert {"access-gained", "not-proved", "wildcard-action"} <= rules
    assert rules <= {one["id"] for one in log["runs"][0]["tool"]["driver"]["rules"]}
    suites = ET.parse("x.junit").getroot()  # noqa: S314 - our own file
    assert [(case.get("name", "").partition(":")[0], [child.tag for child in case]) for case in suites.iter("testcase")] == [
        ("lint", []), ("never.contractors", ["failure"]), ("only.app", ["failure"]), ("diff", ["failure"]),
        ("error 1", ["error"]),
    ]  # fmt: skip
    shown = Path("x.markdown").read_text()
    assert shown.startswith(
        "## kmsgen gate: does not pass\n\n1 of 1 files do not pass, 1 errors.\n\n- `missing.json: no-such-file"
    )
    assert "| `never.contractors` | **refuted** |" in shown


def test_keys_of_several_accounts_are_each_asked_about_their_own_roles(run: Runner) -> None:
    """`role/NAME` is a role of the key's account, whichever of a file's keys it is."""
    other = json.loads(json.dumps(POLICY).replace("111122223333", "444455556666"))
    keys = [
        {"key": {"arn": KEY}, "policy": POLICY},
        {"key": {"arn": KEY.replace("111122223333", "444455556666")}, "policy": other},
    ]
    path = run.write("scenario.json", {**keys[0], "keys": keys[1:]})
    one = gated(run, path, "--fail-on", "error")
    assert [answer["result"] for answer in one["questions"]] == ["proved"] * 4


def test_a_note_is_printed_on_lines_of_its_own(run: Runner, tmp_path: Path) -> None:
    """Its hint stands below it, and is no part of a line with a spelled-out line end."""
    run.write("kmsgen.toml", "")
    repository_with_intents(tmp_path / "r")
    ran = run("gate", "r/intents/a.yaml")
    assert "  hint: " in {text[:8] for text in ran.err.splitlines()}
    assert "\\n" not in ran.err

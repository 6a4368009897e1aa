"""Every command given a file of every form: it answers, or says what the file is and which command takes it."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from kmsgen.sources import subject
from tests.unit.cli.running import Runner, piped

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = "arn:aws:iam::111122223333:role/app"
USE = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [{**USE, "Principal": {"AWS": APP}}]}
RESOURCE = {
    "type": "aws_kms_key",
    "name": "k",
    "address": "aws_kms_key.k",
    "mode": "managed",
    "values": {"arn": KEY, "policy": "{}"},
}
# A form, as it is called -> a file of it: its name and text.
FORMS = {
    "a key policy": ("policy.json", json.dumps(POLICY)),
    "an IAM policy": ("iam.json", json.dumps({"Version": "2012-10-17", "Statement": [USE]})),
    "a scenario": ("scenario.json", json.dumps({"key": {"arn": KEY}, "policy": POLICY})),
    "a Terraform plan or state": (
        "state.json",
        json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": [RESOURCE]}}}),
    ),
    "a CloudFormation template": (
        "template.yaml",
        "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      Description: !Sub '${AWS::Region}'\n",
    ),
    "what the AWS command line prints": ("answer.json", json.dumps({"Policy": json.dumps(POLICY)})),
    "an intent": (
        "intent.yaml",
        "kmsgen: 1\nname: n\nscope: {account: '111122223333', regions: [us-west-2]}\nkey: {alias: n}\nadmins: [role/Admin]\n",
    ),
}
OF_INTENTS: dict[str, tuple[str, ...]] = {"render": ("--out", "out"), "verify": (), "drift": ()}
COMMANDS: dict[str, tuple[str, ...]] = {
    **OF_INTENTS,
    **dict.fromkeys(("matrix", "lint", "import", "simulate", "explain", "gate", "diff"), ()),
    "prove": ("--no-public",),
}


def test_every_form_of_file_has_one_here() -> None:
    """A new form is tried with every command; those of folders are tried elsewhere."""
    assert set(FORMS) == {form.name for form in subject.FORMS} - {subject.FOLDER.name, subject.ANSWERS.name}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with a file of every form."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    for name, text in FORMS.values():
        runner.write(name, text)
    return runner


@pytest.mark.parametrize(("command", "form"), list(product(OF_INTENTS, [form for form in FORMS if form != "an intent"])))
def test_a_file_of_another_form_is_told_by_its_name(run: Runner, command: str, form: str) -> None:
    """What takes intents alone says what the file is, once, and which commands take it."""
    done = run(command, FORMS[form][0], *OF_INTENTS[command])
    assert done.code == 2
    assert f"not-an-intent: this is {form}, and an intent is wanted here" in done.err
    assert done.err.count("not-an-intent") == 1
    assert "hint: " in done.err


@pytest.mark.parametrize("way", ["pipe", "standard input"])
@pytest.mark.parametrize(
    ("command", "form"), list(product(("render", "verify"), [form for form in FORMS if form != "an intent"]))
)
def test_a_pipe_of_another_form_is_told_by_its_name(run: Runner, command: str, form: str, way: str) -> None:
    """What can be read but once is read once, and told from that."""
    text = FORMS[form][1]
    words = OF_INTENTS[command]
    done = run(command, piped(text), *words) if way == "pipe" else run(command, "-", *words, stdin=text)
    assert (done.code, done.err.count(f"not-an-intent: this is {form}, and an intent is wanted here")) == (2, 1), done.err


@pytest.mark.parametrize(("command", "form"), list(product(COMMANDS, FORMS)))
def test_no_command_is_at_a_loss(run: Runner, command: str, form: str) -> None:
    """It answers, or refuses in words about the file: never about a tag of YAML or a field that another form has."""
    done = run(command, FORMS[form][0], *COMMANDS[command])
    assert done.code in (0, 1, 2)
    for word in ("internal error", "yaml-tag", "unknown-field", "missing-field"):
        assert word not in done.err


def test_a_folder_that_render_wrote_is_none_of_intents(run: Runner) -> None:
    """It is told by its name, with what to name instead."""
    assert run("render", "intent.yaml", "--out", "out").code == 0
    done = run("verify", "out/n")
    assert (done.code, "this is a folder that `render` wrote" in done.err) == (2, True)


def test_a_template_that_is_badly_indented_is_still_a_template(run: Runner) -> None:
    """A file that says that it is one is read as one, whatever its resources look like."""
    path = run.write(
        "bad.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  K:\n  Type: AWS::KMS::Key\n  Name: !Ref K\n"
    )
    done = run("lint", path)
    assert (done.code, "no-key" in done.err, "yaml-tag" in done.err) == (2, True, False)

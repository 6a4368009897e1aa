"""Whatever form a file has and however it comes, every command reads it, once, and answers the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.forms import ADMIN, APP, INTENT, KEY, POLICY, Written, every_form, plan_of, scenario_of, write_folder
from tests.unit.cli.running import Ran, Runner, piped

FORMS = every_form()
REQUEST = ("--principal", APP, "--action", "kms:Decrypt", "--encryption-context", "app=pay")
# Each command that takes a file: what is asked, and what the answer must be, whatever the form of the file.
COMMANDS: dict[str, tuple[str, ...]] = {
    "matrix": ("--output", "json"),
    "prove": ("--never", "role/app kms:Encrypt", "--never", "role/app kms:Decrypt", "--output", "json"),
    "simulate": (*REQUEST, "--output", "json"),
    "explain": (*REQUEST, "--output", "json"),
    "lint": ("--output", "json"),
    "diff": ("--fail-on", "any", "--output", "json"),
    "verify": ("--output", "json"),
    "gate": ("--output", "json"),
    "import": ("--output", "json"),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in an empty folder that holds the intent."""
    (tmp_path / "intent.yaml").write_text(INTENT, encoding="utf-8")
    (tmp_path / "same.json").write_text(json.dumps(POLICY), encoding="utf-8")
    return Runner(tmp_path, monkeypatch, capsys)


def ask(run: Callable[..., Ran], command: str, path: str, file: Written, **more: str) -> Ran:
    """Ask a command about a file; an intent, which tells of its principals, is compared with an intent."""
    words = {
        "diff": ("diff", path, "intent.yaml") if file.text == INTENT else ("diff", path, "same.json", "--key-arn", KEY),
        "verify": ("verify", "intent.yaml", "--against", path, *file.options),
    }.get(command, (command, path, *file.options))
    return run(*words, *COMMANDS[command], **more)


def _findings(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all but what an answer takes for granted, which the template's parameter has it say."""
    return [one for one in found if one["code"] != "assumed"]


def check(command: str, ran: Ran) -> None:
    """Check an answer."""
    assert "internal error" not in ran.err
    found = json.loads(ran.out)
    if command == "matrix":
        rows = [row for row in found if row["statements"][0].startswith("key-policy/")]
        assert [(row["principal"], row["actions"], row["conditions"]) for row in rows] == [
            (ADMIN, ["kms:GetKeyPolicy", "kms:PutKeyPolicy"], []),
            (APP, ["kms:Decrypt"], ["encryption context app = pay"]),
        ]
    elif command == "prove":
        assert [one["result"] for one in found] == ["proved", "refuted"]
    elif command in ("simulate", "explain"):
        assert [(row["outcome"], row["resource"]) for row in found] == [("allowed", KEY)]
    elif command == "diff":
        assert (found["gained"], found["lost"], ran.code) == ([], [], 0)
    elif command == "verify":
        assert [answer["answer"] for answer in found["answers"]] == ["yes", "yes", "yes"]
        assert ran.code == 0
    elif command == "gate":
        assert (found["passes"], [_findings(one["findings"]) for one in found["files"]], ran.code) == (True, [[]], 0)
    elif command == "import":
        assert (found["same"], found["gained"], found["lost"], ran.code) == (True, [], [], 0)
    else:
        assert (_findings(found), ran.code) == ([], 0)


def asked() -> list[tuple[str, str]]:
    """Return each command with each form: `verify` is not asked to compare an intent with itself."""
    return [(command, form) for command in COMMANDS for form in FORMS if (command, form) != ("verify", "intent")]


@pytest.mark.parametrize(("command", "form"), asked())
def test_every_command_reads_every_form(run: Runner, command: str, form: str) -> None:
    """A template with short tags, a plan, a scenario, a key policy, an intent: the answer is the same."""
    file = FORMS[form]
    (run.path / file.name).write_text(file.text, encoding="utf-8")
    check(command, ask(run, command, file.name, file))


@pytest.mark.parametrize(("command", "form"), asked())
def test_every_command_reads_a_pipe(run: Runner, command: str, form: str) -> None:
    """What `<(git show HEAD:a.yaml)` gives has no ending and can be read once."""
    file = FORMS[form]
    check(command, ask(run, command, piped(file.text), file))


@pytest.mark.parametrize(("command", "form"), asked())
def test_every_command_reads_standard_input(run: Runner, command: str, form: str) -> None:
    """So is what `-` stands for."""
    file = FORMS[form]
    check(command, ask(run, command, "-", file, stdin=file.text))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_a_folder_that_render_wrote(run: Runner, command: str) -> None:
    """Its manifest says what its files are."""
    check(command, ask(run, command, write_folder(run, run.path), FORMS["policy"]))


def test_two_pipes_are_compared(run: Runner) -> None:
    """Both sides of a comparison can come from elsewhere."""
    changed = json.loads(json.dumps(POLICY))
    del changed["Statement"][1]["Condition"]
    ran = run("diff", piped(json.dumps(POLICY)), piped(json.dumps(changed)), "--key-arn", KEY, "--fail-on", "gained")
    assert ran.code == 1
    assert APP in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "-", "-", "--key-arn", KEY),
        ("matrix", "-", "--key-arn", KEY, "--grants", "-"),
        ("verify", "-", "--against", "-"),
    ],
)
def test_standard_input_can_be_read_once(run: Runner, words: tuple[str, ...]) -> None:
    """Who names it twice is told, and does not get an answer about nothing."""
    ran = run(*words, stdin=INTENT if words[0] == "verify" else json.dumps(POLICY))
    assert (ran.code, ran.out) == (2, "")
    assert "it can be read once" in ran.err


# --- what stands beside a file ------------------------------------------------------------------------------------------

ROOT = {
    "Sid": "Root",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "kms:*",
    "Resource": "*",
}
DELEGATING = {"Version": "2012-10-17", "Statement": [ROOT]}
IAM = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Sign", "Resource": "*"}]}
GRANTS = {"Grants": [{"GrantId": "g", "GranteePrincipal": APP, "Operations": ["Decrypt"]}]}
BESIDE = ("--key-arn", KEY, "--identity-policy", f"{APP}=iam.json", "--grants", "grants.json")


@pytest.fixture
def beside(run: Runner) -> Runner:
    """Return what runs commands where an IAM policy and grants stand beside policies of every form that takes some."""
    files = {
        "iam.json": IAM,
        "grants.json": GRANTS,
        "policy.json": DELEGATING,
        "template.json": {"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": DELEGATING}}}},
        "plan.json": json.loads(plan_of(DELEGATING)),
        "scenario.json": scenario_of(DELEGATING),
    }
    for name, data in files.items():
        (run.path / name).write_text(json.dumps(data), encoding="utf-8")
    return run


@pytest.mark.parametrize("path", ["policy.json", "template.json", "plan.json"])
def test_what_stands_beside_counts_in_every_command(beside: Runner, path: str) -> None:
    """The role has the IAM policy that is given and no other, and the grant."""
    proved = beside(
        "prove", path, *BESIDE, "--never", "role/app kms:Encrypt", "--never", "role/app kms:Decrypt", "--output", "json"
    )
    assert [one["result"] for one in json.loads(proved.out)] == ["proved", "refuted"]
    rows = json.loads(beside("matrix", path, *BESIDE, "--output", "json").out)
    assert [row["statements"] for row in rows if row["principal"] == APP and row["actions"] == ["kms:Decrypt"]] == [["grant/g"]]
    (decided,) = json.loads(beside("simulate", path, *BESIDE, *REQUEST, "--output", "json").out)
    assert (decided["outcome"], decided["because"]) == ("allowed", ["grant/g"])
    (explained,) = json.loads(beside("explain", path, *BESIDE, *REQUEST, "--output", "json").out)
    assert explained["because"] == ["grant/g"]
    assert json.loads(beside("diff", path, "policy.json", *BESIDE, "--output", "json").out)["gained"] == []
    linted = json.loads(beside("lint", path, *BESIDE, "--output", "json").out)
    assert "iam.json" in {one["location"]["path"] for one in linted} or linted


@pytest.mark.parametrize("command", ["matrix", "prove", "lint", "simulate", "explain", "import", "gate"])
@pytest.mark.parametrize("path", ["scenario.json", "intent.yaml"])
def test_nothing_stands_beside_what_holds_everything(beside: Runner, command: str, path: str) -> None:
    """An option that would be passed over is refused."""
    more = REQUEST if path == "intent.yaml" and command in ("simulate", "explain") else ()
    ran = beside(command, path, *BESIDE, *more)
    assert (ran.code, ran.out) == (2, "")
    assert "not-a-policy" in ran.err


def test_in_a_comparison_it_stands_beside_the_file_that_takes_it(beside: Runner) -> None:
    """And is refused where neither does."""
    assert beside("diff", "policy.json", "scenario.json", *BESIDE, "--fail-on", "lost").code == 1
    refused = beside("diff", "scenario.json", "intent.yaml", *BESIDE)
    assert (refused.code, "not-a-policy" in refused.err) == (2, True)


def test_a_grant_among_several_keys_must_name_its_own(beside: Runner) -> None:
    """`list-grants` prints the key of each grant; where that is missing, no key is guessed."""
    other = KEY.replace("1234abcd", "9999abcd")
    plan = json.loads(plan_of(DELEGATING))
    resources = plan["planned_values"]["root_module"]["resources"]
    resources[0]["values"]["arn"] = KEY
    resources.append({**resources[0], "address": "aws_kms_key.b", "values": {**resources[0]["values"], "arn": other}})
    (beside.path / "two.json").write_text(json.dumps(plan), encoding="utf-8")
    refused = beside("matrix", "two.json", *BESIDE)
    assert (refused.code, "grants.json:1:" in refused.err) == (2, True)
    (beside.path / "grants.json").write_text(json.dumps({"Grants": [{**GRANTS["Grants"][0], "KeyId": other}]}), encoding="utf-8")
    rows = json.loads(beside("matrix", "two.json", *BESIDE, "--output", "json").out)
    assert [row["key"] for row in rows if row["statements"] == ["grant/g"]] == [other]


@pytest.mark.parametrize("path", ["policy.json", "template.json", "plan.json"])
def test_a_grant_on_another_key_is_refused(beside: Runner, path: str) -> None:
    """A grant is for one key: what `list-grants` prints of another key, by ARN or id, gives nothing here."""
    for key_id, code in ((KEY, 0), (KEY[-36:], 0), (KEY.replace("1234abcd", "9999abcd"), 2), ("9999abcd" + KEY[-28:], 2)):
        grants = {"Grants": [{**GRANTS["Grants"][0], "KeyId": key_id}]}
        (beside.path / "grants.json").write_text(json.dumps(grants), encoding="utf-8")
        ran = beside("simulate", path, *BESIDE, *REQUEST, "--output", "json")
        assert (ran.code, "other-key" in ran.err, "grants.json:1:" in ran.err) == (code, code == 2, code == 2)


# --- places -------------------------------------------------------------------------------------------------------------

WILD = json.loads(json.dumps(POLICY))
WILD["Statement"][1]["Action"] = ["kms:Generate*", "kms:Decrypt"]


def standing_at(text: str, place: dict[str, Any]) -> str:
    """Return what stands in a text from a line and column on."""
    return "\n".join(text.split("\n")[place["line"] - 1 :])[place["column"] - 1 :]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "intent"])
def test_a_finding_points_at_its_place_in_every_form(run: Runner, form: str) -> None:
    """The line and column of a wildcard are those of the Action that holds it, also in the text within a plan."""
    file = every_form(WILD)[form]
    text = file.text.replace("Action: kms:Decrypt", "Action: [kms:Generate*, kms:Decrypt]")
    (run.path / file.name).write_text(text, encoding="utf-8")
    found = json.loads(run("lint", file.name, *file.options, "--output", "json").out)
    place = next(one["location"] for one in found if one["code"] == "wildcard-action")
    assert place["path"] == file.name
    assert standing_at(text, place).lstrip('[\\\n "').startswith("kms:Generate*")


def test_a_finding_of_an_intent_points_at_its_line(run: Runner) -> None:
    """A statement stands where the line does that it serves."""
    text = INTENT + "guardrails: [deny-delete]\n"
    (run.path / "intent.yaml").write_text(text, encoding="utf-8")
    found = json.loads(run("lint", "intent.yaml", "--output", "json").out)
    assert [(one["code"], standing_at(text, one["location"])) for one in found] == [
        ("denies-nothing-statement", "deny-delete]\n")
    ]


@pytest.mark.parametrize("form", ["plan", "template", "policy", "scenario"])
def test_what_exists_and_was_not_meant_is_told_with_its_place(run: Runner, form: str) -> None:
    """`verify --against` points at the statement that gives too much."""
    file = every_form(WILD)[form]
    text = file.text.replace("Action: kms:Decrypt", "Action: [kms:Generate*, kms:Decrypt]")
    (run.path / file.name).write_text(text, encoding="utf-8")
    found = json.loads(run("verify", "intent.yaml", "--against", file.name, "--output", "json").out)
    (finding, *_) = [one for answer in found["answers"] for one in answer["findings"]]
    assert finding["location"]["path"] == file.name
    assert "App" in standing_at(text, finding["location"])[:40]


UNKNOWN = Written(
    "template.yaml",
    """
Parameters: {Who: {Type: String}}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          Effect: Allow
          Principal: {AWS: !Ref Who}
          Action: kms:*
          Resource: "*"
""",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_template_does_not_tell_is_told_with_its_place(run: Runner, command: str) -> None:
    """The reference that only a deployment knows is named, by line and column, in every command."""
    (run.path / UNKNOWN.name).write_text(UNKNOWN.text, encoding="utf-8")
    ran = ask(run, command, UNKNOWN.name, UNKNOWN)
    assert ran.code == (0 if command == "matrix" else 1)
    told = ran.out + ran.err
    assert "parameter Who" in told
    assert f"{UNKNOWN.name}:10:28" in told


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", [INTENT + "users: !Sub x\n", "key: !Ref x\n", "Statement: !Ref x\n", "a: !GetAtt x.y\n"])
def test_short_tags_are_refused_in_what_is_no_template(run: Runner, command: str, text: str) -> None:
    """As every tag is."""
    (run.path / "tagged.yaml").write_text(text, encoding="utf-8")
    ran = ask(run, command, "tagged.yaml", FORMS["intent"])
    assert ran.code == 2
    assert "yaml-tag" in ran.err


@pytest.mark.parametrize("command", ["verify", "render", "prove", "matrix", "diff", "simulate", "explain", "lint", "import"])
def test_a_base_given_to_a_command_is_told(command: str, run: Runner) -> None:
    """A file that others extend has no name and often no `kmsgen`: it is neither unknown nor an intent that lacks its name."""
    base = run.write("base.yaml", "guardrails: [deny-delete]\n")
    request = REQUEST if command in ("simulate", "explain") else ()
    ran = run(command, *[base] * (2 if command == "diff" else 1), *request)
    assert ran.code == 2
    assert "this is a base that others extend" in ran.err

"""`kmsgen prove` and `kmsgen diff` through the real command: exit codes, shapes, and witnesses that `simulate` takes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.running import run_in

HOME = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = f"arn:aws:iam::{HOME}:role/app"
EXAMPLE = Path(__file__).parents[4] / "examples" / "payments" / "intent.yaml"


def statement(who: Any, actions: Any, **more: Any) -> dict[str, Any]:
    """Return an Allow."""
    return {"Effect": "Allow", "Principal": who, "Action": actions, "Resource": "*", **more}


USES = statement({"AWS": APP}, ["kms:Decrypt", "kms:Encrypt"])
PUBLIC = statement("*", "kms:Decrypt", Condition={"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}})
ACCOUNT = statement({"AWS": f"arn:aws:iam::{HOME}:root"}, "kms:*")


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """Make a folder of key policies."""
    for name, statements in {"uses": [USES], "public": [USES, PUBLIC], "account": [ACCOUNT]}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return tmp_path


def test_an_intent_is_asked_about_with_aliases_that_its_key_may_get(tmp_path: Path) -> None:
    """What a line lets in by an alias that nobody has made yet is possible, for `prove` and for `matrix`."""
    (tmp_path / "i.yaml").write_text(
        f'kmsgen: 1\nname: t\nscope: {{account: "{HOME}", regions: [us-west-2]}}\nkey: {{alias: t}}\nadmins: [role/a]\n'
        "users: [{principal: role/app, can: decrypt, when: {request_alias: team}}]\n"
    )
    (proof,) = json.loads(run_in(tmp_path, "prove", "i.yaml", "--never", "role/app kms:Decrypt", "--output", "json").out)
    assert (proof["result"], proof["reason"]) == ("refuted", "if the key has the alias alias/team too")
    rows = json.loads(run_in(tmp_path, "matrix", "i.yaml", "--output", "json").out)
    assert [row["actions"] for row in rows if row["principal"] == APP] == [["kms:Decrypt"]]


@pytest.mark.parametrize(
    ("account", "result"), [(HOME, "refuted"), ("*", "refuted"), ("444455556666", "proved"), ("444455556666/*", "proved")]
)
def test_an_account_is_everybody_of_it_and_nobody_else(policies: Path, account: str, result: str) -> None:
    """The path of a role of another account may spell an account; that makes it none of that account."""
    asked = ("prove", "account.json", "--key-arn", KEY, "--never", f"account/{account} kms:Decrypt", "--output", "json")
    assert [proof["result"] for proof in json.loads(run_in(policies, *asked).out)] == [result]


@pytest.mark.parametrize(("organization", "result"), [("o-exampleorgid", "refuted"), ("o-otherorgid01", "proved")])
def test_an_organization_is_asked_about(tmp_path: Path, organization: str, result: str) -> None:
    """`--never organization/o-ID` asks about everybody of it; this account is in that of the intent's scope."""
    (tmp_path / "i.yaml").write_text(
        f'kmsgen: 1\nname: t\nscope: {{account: "{HOME}", regions: [us-west-2], organization: o-exampleorgid}}\n'
        "key: {alias: t}\nadmins: [role/a]\nusers: [{principal: role/app, can: decrypt}]\n"
    )
    asked = f"organization/{organization} kms:Decrypt"
    shown = run_in(tmp_path, "prove", "i.yaml", "--never", asked, "--output", "json")
    assert [(one["question"], one["result"]) for one in json.loads(shown.out)] == [(f"never {asked}", result)], shown.err


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, "without aws:SourceVpce `vpce-1`"),
        ({"StringLike": {"kms:ViaService": ["s3.*", "ec2.*"]}}, "without kms:ViaService `s3.*`, `ec2.*`"),
        ({"StringEquals": {"kms:EncryptionContext:app": "pay"}}, "without kms:EncryptionContext:app `pay`"),
        ({"Null": {"kms:ViaService": "false"}}, "called directly"),
    ],
)
def test_what_is_lost_to_a_condition_is_said_whole(policies: Path, condition: dict[str, Any], words: str) -> None:
    """Calls with another value are lost as well as those without the key: that the key is absent would say too little."""
    narrowed = {"Version": "2012-10-17", "Statement": [statement({"AWS": APP}, "kms:Decrypt", Condition=condition)]}
    wide = {"Version": "2012-10-17", "Statement": [statement({"AWS": APP}, "kms:Decrypt")]}
    for name, policy in (("old", wide), ("new", narrowed)):
        (policies / f"{name}.json").write_text(json.dumps(policy))
    shown = run_in(policies, "diff", "old.json", "new.json", "--key-arn", KEY, "--output", "json")
    assert [one["conditions"] for one in json.loads(shown.out)["lost"]] == [[words]], shown.out + shown.err


def test_the_example_is_proved(tmp_path: Path) -> None:
    """Without a question, an intent is asked for access beyond itself."""
    shown = run_in(tmp_path, "prove", str(EXAMPLE), "--output", "json")
    assert shown.code == 0, shown.out + shown.err
    assert json.loads(shown.out) == [{"question": "nothing beyond the intent", "result": "proved", "reason": "", "groups": []}]


def test_questions_are_answered_in_their_order(policies: Path) -> None:
    """One element a question; exit 1 where one is refuted."""
    asked = ("--never", "role/app kms:Sign", "--only", f"{APP} kms:Decrypt", "--no-public")
    shown = run_in(policies, "prove", "public.json", *asked, "--key-arn", KEY, "--output", "json")
    answers = json.loads(shown.out)
    assert shown.code == 1
    assert [one["result"] for one in answers] == ["proved", "refuted", "refuted"]
    assert set(answers[2]["groups"][0]) == {"principals", "actions", "conditions", "reason", "witness"}


def test_a_witness_is_a_scenario_that_simulate_takes_back(policies: Path) -> None:
    """As it is printed, with what is assumed of its principal, it is allowed."""
    shown = run_in(policies, "prove", "public.json", "--no-public", "--key-arn", KEY, "--output", "json")
    (policies / "scenario.json").write_text(json.dumps(json.loads(shown.out)[0]["groups"][0]["witness"]))
    replayed = run_in(policies, "simulate", "scenario.json")
    assert replayed.code == 0, replayed.out + replayed.err
    assert replayed.out.startswith("ok    allowed")


def test_what_stands_beside_a_policy_counts(policies: Path) -> None:
    """An identity policy describes its principal; a file of grants gives what it grants."""
    (policies / "iam.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}]}))  # fmt: skip
    (policies / "grants.json").write_text(
        json.dumps({"Grants": [{"GrantId": "g", "GranteePrincipal": APP, "Operations": ["Decrypt"]}]})
    )
    asked = ("prove", "account.json", "--never", "role/app kms:Decrypt")
    assert run_in(policies, *asked).code == 1
    assert run_in(policies, *asked, "--identity-policy", f"{APP}=iam.json").code == 0
    assert run_in(policies, *asked, "--identity-policy", f"{APP}=iam.json", "--grants", "grants.json").code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("prove", "uses.json"),
        ("prove", "uses.json", "--never", "role/app"),
        ("prove", "uses.json", "--never", "role/app kms:Nope"),
        ("prove", "uses.json", "--never", "nobody kms:Decrypt"),
        ("prove", "missing.json", "--no-public"),
        ("prove", "uses.json", "--no-public", "--key-arn", "alias/x"),
        ("prove", "uses.json", "--no-public", "--identity-policy", "nobody=uses.json"),
        ("diff", "uses.json", "missing.json"),
        ("lint", "missing.json"),
    ],
)
def test_bad_input_is_exit_code_two(policies: Path, arguments: tuple[str, ...]) -> None:
    """With a message, nothing on stdout, and no traceback."""
    shown = run_in(policies, *arguments)
    assert shown.code == 2
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert shown.err.strip()


def test_diff_tells_gained_and_lost(policies: Path) -> None:
    """And fails on what it is told to fail on."""
    shown = run_in(policies, "diff", "uses.json", "public.json", "--output", "json", "--fail-on", "gained")
    found = json.loads(shown.out)
    assert shown.code == 1
    assert found["lost"] == []
    assert found["gained"][0]["conditions"] == ["via s3 in any Region"]
    assert run_in(policies, "diff", "uses.json", "public.json", "--fail-on", "lost").code == 0
    assert run_in(policies, "diff", "public.json", "uses.json", "--fail-on", "lost").code == 1


def test_diff_of_the_same_meaning_prints_nothing(policies: Path) -> None:
    """However different the text."""
    split = [statement({"AWS": [APP]}, one) for one in ("kms:Encrypt", "kms:Decrypt")]
    (policies / "split.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": split}))
    shown = run_in(policies, "diff", "uses.json", "split.json", "--fail-on", "any")
    assert (shown.code, shown.out) == (0, "")


def test_markdown_is_a_table(policies: Path) -> None:
    """With a row a group, for a comment on a pull request."""
    shown = run_in(policies, "diff", "uses.json", "public.json", "--output", "markdown")
    head = "### Access gained and lost\n\n|  | Who | What | When |\n| --- | --- | --- | --- |\n"
    assert shown.out.startswith(f"{head}| **gained** | `any principal in any other")


OTHER_ALIAS = "users: [{principal: role/app, can: decrypt, when: {request_alias: team}}]\n"
ANY_ALIAS = (
    "users: [{principal: role/app, can: decrypt, "
    'when: {conditions: {StringEquals: {"kms:RequestAlias": "alias/${aws:PrincipalTag/team}"}}}}]\n'
)
NOT_ITS_OWN = (
    "users: [{principal: role/app, can: decrypt, "
    'when: {conditions: {StringNotEquals: {"kms:RequestAlias": "alias/t"}, "Null": {"kms:RequestAlias": "false"}}}}]\n'
)


OVERLAPPING = (
    'users: [{principal: role/app, can: decrypt, when: {conditions: {StringLike: {"kms:RequestAlias": "alias/a*"}, '
    'StringNotLike: {"kms:RequestAlias": "alias/ax*"}}}}]\n'
)
OTHER_LINES = {"named": OTHER_ALIAS, "by a variable": ANY_ALIAS, "not its own": NOT_ITS_OWN, "by a pattern": OVERLAPPING}


@pytest.mark.parametrize("line", OTHER_LINES.values(), ids=OTHER_LINES)
def test_what_is_allowed_by_an_alias_that_a_key_may_get_differs(tmp_path: Path, line: str) -> None:
    """No file that makes a key tells which aliases others give it: what one of them opens is gained, and can happen."""
    for name, users in {"old": "", "new": line}.items():
        head = f'kmsgen: 1\nname: t\nscope: {{account: "{HOME}", regions: [us-west-2]}}\nkey: {{alias: t}}\nadmins: [role/a]\n'
        (tmp_path / f"{name}.yaml").write_text(head + users)
    found = json.loads(run_in(tmp_path, "diff", "old.yaml", "new.yaml", "--output", "json").out)
    assert [group["actions"] for group in found["gained"]] == [["kms:Decrypt"]]
    assert found["lost"] == []
    (proof,) = json.loads(run_in(tmp_path, "prove", "new.yaml", "--never", "role/app kms:Decrypt", "--output", "json").out)
    assert proof["result"] == "refuted"
    run_in(tmp_path, "render", "new.yaml", "--no-lint", "--format", "cloudformation", "--out", "out")
    shown = run_in(tmp_path, "prove", "out/t/cloudformation/template.yaml", "--never", f"{APP} kms:Decrypt", "--output", "json")
    assert [one["result"] for one in json.loads(shown.out)] == ["refuted"], shown.err


def test_a_tag_that_an_intent_does_not_tell_is_any_tag(tmp_path: Path) -> None:
    """Of keys that exist an intent tells no tags: what one lets in differs, and can happen; the witness has a key with it."""
    head = f'kmsgen: 1\nname: t\nscope: {{account: "{HOME}"}}\nkeys: "*"\nusers: [{{principal: role/app, can: decrypt'
    (tmp_path / "old.yaml").write_text(f"{head}, when: {{conditions: {{StringEquals: {{aws:ResourceTag/team: a}}}}}}}}]\n")
    (tmp_path / "new.yaml").write_text(
        f'{head}, when: {{conditions: {{StringEquals: {{aws:ResourceTag/team: "${{aws:PrincipalTag/team}}"}}}}}}}}]\n'
    )
    proof, *_ = json.loads(run_in(tmp_path, "prove", "new.yaml", "--never", "role/app kms:Decrypt", "--output", "json").out)
    assert (proof["result"], proof["reason"].partition(" = ")[0]) == ("refuted", "if the key has the tag team")
    assert list(proof["groups"][0]["witness"]["key"]["tags"]) == ["team"]
    found = json.loads(run_in(tmp_path, "diff", "old.yaml", "new.yaml", "--output", "json").out)
    assert all(group["actions"] == ["kms:Decrypt"] for side in ("gained", "lost") for group in found[side])
    assert found["gained"]
    assert found["lost"]


EVERY_KEY = f'kmsgen: 1\nname: t\nscope: {{account: "{HOME}"}}\nkeys: "*"\nspec: SYMMETRIC_DEFAULT\nusers:\n'


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('{StringEquals: {"aws:RequestedRegion": us-west-2}}', "if the key is in us-west-2"),
        ('{StringNotLike: {"aws:RequestedRegion": "us-*"}}', "if the key is in ap-northeast-1"),
        ('{StringEquals: {"kms:KeyOrigin": EXTERNAL}}', "if the key is of origin EXTERNAL"),
        ('{Bool: {"kms:MultiRegion": true}}', "if the key is a multi-Region primary key"),
    ],
)
def test_every_key_that_an_intent_means_is_asked_about(tmp_path: Path, condition: str, words: str) -> None:
    """What a line lets in on some keys is possible and no more than is intended; that it is gone is told, and of which keys."""
    line = f"  - {{principal: role/app, can: decrypt, when: {{conditions: {condition}}}}}\n"
    other = "  - {principal: role/other, can: encrypt}\n"
    (tmp_path / "old.yaml").write_text(EVERY_KEY + other + line)
    (tmp_path / "new.yaml").write_text(EVERY_KEY + other)
    asked = ("prove", "old.yaml", "--never", "role/app kms:Decrypt", "--never", "role/other kms:Decrypt", "--output", "json")
    found = json.loads(run_in(tmp_path, *asked).out)
    assert [(one["result"], one["reason"]) for one in found] == [("refuted", words), ("proved", "")]
    assert [one["result"] for one in json.loads(run_in(tmp_path, "prove", "old.yaml", "--output", "json").out)] == ["proved"]
    compared = json.loads(run_in(tmp_path, "diff", "old.yaml", "new.yaml", "--output", "json").out)
    assert compared["gained"] == []
    assert [words in group["conditions"] for group in compared["lost"]] == [True]
    codes = [one["code"] for one in json.loads(run_in(tmp_path, "lint", "old.yaml", "--output", "json").out)]
    assert not [code for code in codes if code.startswith(("dead-", "without-effect-", "shadowed-"))]


def test_a_statement_that_cannot_be_asked_of_every_region_proves_nothing(tmp_path: Path) -> None:
    """What is outside of the argument is unknown, and says why."""
    condition = '{StringEquals: {"aws:PrincipalTag/region": "${aws:RequestedRegion}"}}'
    line = f"  - {{principal: role/app, can: decrypt, when: {{conditions: {condition}}}}}\n"
    (tmp_path / "i.yaml").write_text(EVERY_KEY + line)
    (proof,) = json.loads(run_in(tmp_path, "prove", "i.yaml", "--never", "role/other kms:Decrypt", "--output", "json").out)
    assert proof["result"] == "unknown"
    assert "a policy variable holds it" in proof["reason"]


def test_a_grant_of_what_no_new_grant_covers_whole_is_lost(tmp_path: Path) -> None:
    """Three grants that each lack another operation cover no child of all three."""
    operations = ("Decrypt", "Encrypt", "GenerateDataKey")
    lists = {"old": [operations], "new": [[one for one in operations if one != lacking] for lacking in operations]}
    admin = statement({"AWS": f"arn:aws:iam::{HOME}:role/admin"}, "kms:PutKeyPolicy")
    told = {"key": {"arn": KEY}, "policy": {"Version": "2012-10-17", "Statement": [admin]}}
    for name, granted in lists.items():
        held = [{"GrantId": f"g{n}", "GranteePrincipal": APP, "Operations": [*of, "CreateGrant"]} for n, of in enumerate(granted)]
        (tmp_path / f"{name}.json").write_text(json.dumps({**told, "grants": held}))
    found = json.loads(run_in(tmp_path, "diff", "old.json", "new.json", "--output", "json").out)
    assert ["kms:CreateGrant"] in [group["actions"] for group in found["lost"]]
    assert ["kms:CreateGrant"] not in [group["actions"] for group in found["gained"]]


def test_data_tells_what_is_taken_for_granted(tmp_path: Path) -> None:
    """The default of a parameter, on both sides once; of a matrix with every row, and whose name a row makes up with that row."""
    template = """Parameters: {Who: {Type: String, Default: "arn:aws:iam::111122223333:role/a"}}
Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: [!Ref Who, !GetAtt App.Arn]}, Action: "kms:Decrypt", Resource: "*"}]}}}
  App: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
"""
    (tmp_path / "t.yaml").write_text(template)
    told = ("--key-arn", KEY, "--output", "json")
    (default,) = json.loads(run_in(tmp_path, "diff", "t.yaml", "t.yaml", *told).out)["assumed"]
    assert "parameter Who" in default
    rows = json.loads(run_in(tmp_path, "matrix", "t.yaml", *told).out)
    assumed = {row["principal"].rpartition("/")[2]: row["assumed"] for row in rows}
    assert (assumed["a"], assumed["App"][0]) == ([default], default)
    assert "whose name is not told" in assumed["App"][1]

"""What each format says, and what it says beside its files."""

from __future__ import annotations

import json

import pytest

from kmsgen.errors import InputError, RefusedError
from kmsgen.policy.bundle import Creation
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.render import cloudformation, grant_calls, json_files, read_back
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.cfn_lint import findings
from kmsgen.render.deployment import Deployment
from kmsgen.render.render import render
from kmsgen.render.terraform import modules
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OLD_ARN, OTHER, allow, deployment, document, role

ON_NEW = (NEW_ARN,)


def texts(rendering: Rendering) -> dict[str, str]:
    """Return the text of each file by its path."""
    return {artifact.path: artifact.text for artifact in rendering.artifacts}


# --- JSON ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("users", "lines"), [(100, "many"), (200, "one")])
def test_a_key_policy_with_line_breaks_is_not_longer_than_kms_takes(users: int, lines: str) -> None:
    """KMS counts white space: where line breaks would be too much there are none."""
    policy = document(*(allow("kms:Decrypt", who=role("x")) for _ in range(users)))
    text = texts(json_files.render(deployment(key_policy=policy)))["json/key-policy.json"]
    assert len(text.encode()) <= 32_768
    assert (text.count("\n") > 1) == (lines == "many")
    assert len(json.loads(text)["Statement"]) == users


def test_a_key_to_create_is_named_by_its_alias_in_json() -> None:
    """The documented condition stands for the ARN, beside the conditions that were there."""
    when = (Condition("StringEquals", "kms:ViaService", ("s3.us-west-2.amazonaws.com",)),)
    given = deployment((role("app"), document(allow("kms:Decrypt", on=ON_NEW, when=when))))
    statement = json.loads(texts(json_files.render(given))["json/iam/role-app.json"])["Statement"][0]
    assert statement["Resource"] == f"arn:aws:kms:us-west-2:{ACCOUNT}:key/*"
    assert statement["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"},
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"},
    }


def test_the_alias_condition_narrows_the_new_key_only() -> None:
    """What a statement says of other resources keeps to them: the condition would take them away."""
    alias = f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/app"
    given = deployment((role("app"), document(allow("kms:CreateAlias", on=(NEW_ARN, alias)))))
    own, rest = json.loads(texts(json_files.render(given))["json/iam/role-app.json"])["Statement"]
    assert "Condition" in own
    assert (rest["Resource"], rest.get("Condition"), rest["Sid"]) == (alias, None, "StatementOthers")


def test_an_alias_condition_that_is_there_stays_beside_the_new_one() -> None:
    """JSON holds one key once per operator: the alias goes under the other operator."""
    when = (Condition("ForAnyValue:StringEquals", "kms:ResourceAliases", ("alias/other",)),)
    given = deployment((role("app"), document(allow("kms:Decrypt", on=ON_NEW, when=when))))
    condition = json.loads(texts(json_files.render(given))["json/iam/role-app.json"])["Statement"][0]["Condition"]
    assert condition["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/other"}
    assert condition["ForAnyValue:StringLike"] == {"kms:ResourceAliases": "alias/app"}


@pytest.mark.parametrize(
    "statement",
    [
        allow("kms:Decrypt", on=ON_NEW),
        allow("kms:Decrypt", on=ON_NEW)._replace(not_resource=True, effect=Effect.DENY),
    ],
)
def test_a_new_key_without_alias_cannot_be_named_in_json(statement: Statement) -> None:
    """Without an alias there is nothing that stands for the key: an error that says what to do, never a wildcard."""
    given = deployment((role("app"), document(statement)), creation=Creation(None))
    with pytest.raises(InputError, match="alias-needed"):
        json_files.render(given)


def test_a_new_key_cannot_be_excepted_in_json() -> None:
    """NotResource with the new key has no form in JSON, alias or not."""
    statement = allow("kms:Decrypt", on=ON_NEW)._replace(not_resource=True, effect=Effect.DENY)
    with pytest.raises(InputError, match="cannot except"):
        json_files.render(deployment((role("app"), document(statement))))


def test_a_policy_that_the_alias_condition_made_too_long_is_split() -> None:
    """Every file stays within the size of a managed policy, and together they say the same."""
    statements = [allow("kms:Decrypt", on=ON_NEW)._replace(sid=f"S{number}") for number in range(40)]
    files = [
        one
        for one in json_files.render(deployment((role("app"), document(*statements)))).artifacts
        if one.kind == "identity-policy"
    ]
    assert [one.path for one in files] == ["json/iam/role-app.json", "json/iam/role-app-2.json"]
    assert all(len("".join(one.text.split())) <= 6144 for one in files)
    assert [s["Sid"] for one in files for s in json.loads(one.text)["Statement"]] == [f"S{number}" for number in range(40)]


def test_a_character_that_kms_refuses_is_escaped_in_json() -> None:
    """PolicyType ends at U+00FF: what is above is written as JSON's escape, and means the same."""
    when = (Condition("StringEquals", "kms:EncryptionContext:app", ("é日\U0001f511",)),)
    policy = document(allow("kms:Decrypt", who=role("app"), when=when))
    text = texts(json_files.render(deployment(key_policy=policy)))["json/key-policy.json"]
    assert max(text) <= "\u00ff"
    assert json.loads(text)["Statement"][0]["Condition"]["StringEquals"]["kms:EncryptionContext:app"] == "é日\U0001f511"


@pytest.mark.parametrize("target", [modules, cloudformation])
def test_a_character_that_a_tool_cannot_escape_is_refused(target: object) -> None:
    """Terraform's provider and CloudFormation write every character unescaped: KMS would refuse the policy."""
    when = (Condition("StringEquals", "kms:EncryptionContext:日", ("x",)),)
    given = deployment(key_policy=document(allow("kms:Decrypt", who=role("app"), when=when)))
    with pytest.raises(InputError, match="beyond-latin-1"):
        target.render(given)  # type: ignore[attr-defined]


def test_principals_of_the_same_name_get_files_of_their_own() -> None:
    """A role and a user, two accounts, two paths, two cases: each its own file, on any file system."""
    arns = [role("ops"), role("Ops"), role("a/ops"), role("ops", OTHER), f"arn:aws:iam::{ACCOUNT}:user/ops"]
    given = deployment(*((arn, document(allow("kms:ListKeys"))) for arn in arns))
    paths = [one.path for one in json_files.render(given).artifacts if one.kind == "identity-policy"]
    assert len({path.casefold() for path in paths}) == len(arns)
    assert "json/iam/444455556666-role-ops.json" in paths


def test_a_grant_names_the_key_only_where_it_exists() -> None:
    """The request for a key to create leaves KeyId to `--key-id`; the note says so."""
    grant = Grant("g", role("app"), ("Decrypt",), name="nightly")
    new, old = json_files.render(deployment(grants=(grant,))), json_files.render(deployment(creation=None, grants=(grant,)))
    assert "KeyId" not in json.loads(texts(new)["json/grants/nightly.json"])
    assert json.loads(texts(old)["json/grants/nightly.json"])["KeyId"] == OLD_ARN
    assert any("--key-id" in note for note in new.notes)
    assert not any("--key-id" in note for note in old.notes)


# --- Terraform ----------------------------------------------------------------------------------------------------------


def test_terraform_refers_to_the_key_it_creates() -> None:
    """The ARN of a key to create appears nowhere; a reference stands in its place, in texts too."""
    related = NEW_ARN.replace("us-west-2", "eu-west-1")
    given = deployment((role("app"), document(allow("kms:Decrypt", on=(NEW_ARN, related)))))
    text = texts(modules.render(given))["terraform/main.tf"]
    assert "00000000" not in text
    assert "aws_kms_key.this.arn," in text
    assert f'"arn:aws:kms:eu-west-1:{ACCOUNT}:key/${{aws_kms_key.this.id}}",' in text


def test_another_accounts_half_is_a_module_of_its_own() -> None:
    """It is told of the key by a variable, and the note says whose it is."""
    given = deployment((role("partner", OTHER), document(allow("kms:Decrypt", on=ON_NEW))))
    rendering = modules.render(given)
    assert "var.key_arn" in texts(rendering)[f"terraform/account-{OTHER}/main.tf"]
    assert any(f"account {OTHER}" in note for note in rendering.notes)


@pytest.mark.parametrize(
    ("grant", "expressible"),
    [
        (Grant("g", role("x"), ("Decrypt", "CreateGrant", "RetireGrant")), True),
        (Grant("g", role("x"), ("Decrypt",), GrantConstraints(encryption_context_subset=(("a", "b"),))), True),
        (Grant("g", role("x"), ("Encapsulate",)), False),
        (Grant("g", role("x"), ("Decrypt",), GrantConstraints(source_arn="arn:aws:s3:us-west-2:111122223333:x")), False),
        (Grant("g", role("x"), ("Decrypt",), GrantConstraints(encryption_context_equals=())), False),
        (Grant("g", "logs.amazonaws.com", ("Decrypt",), grantee_is_service=True), False),
        (Grant("g", role("x"), ("Decrypt",), retiring="logs.amazonaws.com", retiring_is_service=True), False),
    ],
)
def test_a_grant_that_the_provider_cannot_express_comes_as_a_call(grant: Grant, *, expressible: bool) -> None:
    """Every grant is either a resource or a call, never both, never neither; a call is announced."""
    rendering = modules.render(deployment(grants=(grant._replace(name="it"),)))
    found = texts(rendering)
    assert ('resource "aws_kms_grant" "it"' in found["terraform/main.tf"]) is expressible
    assert ("terraform/grants.sh" in found) is not expressible
    assert any("cannot express these grants" in note and note.endswith(": it") for note in rendering.notes) is not expressible


def test_a_principal_to_which_nothing_can_be_attached_is_announced() -> None:
    """An account is no role or user: its policy is written, not attached, and the note says so."""
    given = deployment((f"arn:aws:iam::{OTHER}:root", document(allow("kms:Decrypt", on=ON_NEW))))
    rendering = modules.render(given)
    assert "attachment" not in texts(rendering)[f"terraform/account-{OTHER}/main.tf"]
    assert any("nothing can attach" in note for note in rendering.notes)


# --- CloudFormation -----------------------------------------------------------------------------------------------------


def test_a_key_outlives_its_stack() -> None:
    """DeletionPolicy and UpdateReplacePolicy retain the key."""
    text = texts(cloudformation.render(deployment()))["cloudformation/template.yaml"]
    assert "DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain" in text


@pytest.mark.parametrize("description", ["{{resolve:ssm:x}}", "a {{resolve:secretsmanager:b}} c"])
def test_a_text_that_cloudformation_would_resolve_is_refused(description: str) -> None:
    """A dynamic reference has no escape: the text would come out as another."""
    with pytest.raises(InputError, match="dynamic reference"):
        cloudformation.render(deployment(creation=Creation("alias/app", description)))


def test_a_condition_key_that_is_a_function_of_cloudformation_is_refused() -> None:
    """A policy in which CloudFormation would see a function is not what was proved: reading back says so."""
    when = (Condition("StringEquals", "Ref", ("Key",)),)
    with pytest.raises(RefusedError, match="read-back"):
        render(deployment((role("app"), document(allow("kms:Decrypt", when=when)))), ["cloudformation"])


def test_the_policy_of_a_key_that_exists_comes_beside_the_template() -> None:
    """No resource can set it, and the note says so."""
    rendering = cloudformation.render(deployment((role("app"), document(allow("kms:Decrypt", on=(OLD_ARN,)))), creation=None))
    assert json.loads(texts(rendering)["cloudformation/key-policy.json"])["Statement"]
    assert "AWS::KMS::Key" not in texts(rendering)["cloudformation/template.yaml"]
    assert any("put-key-policy" in note for note in rendering.notes)


def test_a_template_with_a_mistake_is_found_by_cfn_lint() -> None:
    """The linter really looks: a wrong property and an unknown action are found, an action newer than it is not."""
    text = texts(cloudformation.render(deployment()))["cloudformation/template.yaml"]
    assert findings(text, "us-west-2") == []
    assert [one.code for one in findings(text.replace("MultiRegion:", "MultiRegio:"), "us-west-2")] == ["E3002"]
    assert [one.code for one in findings(text.replace("kms:PutKeyPolicy", "kms:Nope"), "us-west-2")] == ["W3037"]
    assert findings(text.replace("kms:PutKeyPolicy", "kms:Encapsulate"), "us-west-2") == []


@pytest.mark.parametrize("others", [(), ("arn:aws:iam::111122223333:role/x",)])
def test_a_federated_user_is_a_principal_for_cfn_lint_too(others: tuple[str, ...]) -> None:
    """IAM takes it, alone and in a list; the linter's form of principals leaves it out, and still finds what is none."""
    names = (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", *others)
    statement = Statement(Effect.ALLOW, ("kms:PutKeyPolicy",), ("*",), tuple(Principal("AWS", name) for name in names), (), "A")
    text = texts(cloudformation.render(deployment(key_policy=document(statement))))["cloudformation/template.yaml"]
    assert findings(text, "us-west-2") == []
    assert "E3512" in {one.code for one in findings(text.replace("federated-user", "federated"), "us-west-2")}


# --- grants -------------------------------------------------------------------------------------------------------------


def test_there_is_no_script_without_a_grant() -> None:
    """No grant, no file."""
    assert grant_calls.render(deployment()).artifacts == ()


def test_a_grant_without_a_name_gets_one_in_the_script() -> None:
    """Without a name, to run the script twice would make two grants."""
    found = texts(grant_calls.render(deployment(grants=(Grant("g", role("x"), ("Decrypt",)),))))
    assert [request["Name"] for request in json.loads(found["grants/grants.json"])] == ["app-grant-1"]


def test_grant_names_of_kms_become_file_names_of_their_own() -> None:
    """Slashes and colons never reach a path, and names that look alike then are told apart by their order."""
    names = ("/team/a:b", "team-a-b", "/", "TEAM/a/b", "a" * 256, "a" * 255)
    given = deployment(grants=tuple(Grant(name, role("x"), ("Decrypt",), name=name) for name in names))
    found = texts(json_files.render(given))
    files = [path.removeprefix("json/grants/") for path in found if path.startswith("json/grants/")]
    long = "a" * 120
    assert files == ["team-a-b.json", "team-a-b-2.json", "unnamed.json", "TEAM-a-b-3.json", f"{long}.json", f"{long}-2.json"]
    assert [json.loads(found[f"json/grants/{name}"])["Name"] for name in files] == list(names)


@pytest.mark.parametrize("name", ["a b", "a'b", "a`b", "", "é", "a" * 257])
def test_a_grant_name_that_kms_would_refuse_is_refused(name: str) -> None:
    """Nothing but letters, digits and `:/_-` reaches the script."""
    with pytest.raises(InputError, match="grant-name"):
        grant_calls.render(deployment(grants=(Grant("g", role("x"), ("Decrypt",), name=name),)))


# --- reading back -------------------------------------------------------------------------------------------------------

SAID = deployment(
    (role("app"), document(allow("kms:Decrypt", on=ON_NEW))),
    (role("partner", OTHER), document(allow("kms:Decrypt", on=ON_NEW))),
    grants=(Grant("g", role("x"), ("Decrypt",), name="nightly"),),
)
MUTATIONS = [
    ("json/key-policy.json", "kms:PutKeyPolicy", "kms:Decrypt"),
    ("json/key-policy.json", "role/KmsAdmin", "role/Other"),
    ("json/iam/role-app.json", "alias/app", "alias/other"),
    ("json/iam/role-app.json", '"Allow"', '"Deny"'),
    ("json/iam/444455556666-role-partner.json", "kms:Decrypt", "kms:Encrypt"),
    ("json/grants/nightly.json", "role/x", "role/y"),
    ("cloudformation/template.yaml", "role/KmsAdmin", "role/Other"),
    ("cloudformation/template.yaml", "Effect: Allow", "Effect: Deny"),
    ("cloudformation/template.yaml", "kms:Decrypt", "kms:Encrypt"),
    ("cloudformation/template.yaml", "- Key\n                - Arn", "- Alias\n                - Arn"),
    ("cloudformation/template-444455556666.yaml", "kms:Decrypt", "kms:Encrypt"),
]


@pytest.mark.parametrize(("path", "old", "new"), MUTATIONS)
def test_a_file_that_does_not_say_what_was_proved_is_refused(path: str, old: str, new: str) -> None:
    """One changed word in what was rendered, and nothing is written."""

    def mutated(artifact: Artifact) -> Artifact:
        return artifact._replace(text=artifact.text.replace(old, new)) if artifact.path == path else artifact

    artifacts = render(SAID).artifacts
    assert any(artifact.path == path and old in artifact.text for artifact in artifacts)
    with pytest.raises(RefusedError, match="read-back"):
        read_back.confirm(SAID, map(mutated, artifacts))


@pytest.mark.parametrize("kind", ["key-policy", "identity-policy", "template"])
def test_a_file_that_is_missing_is_noticed(kind: str) -> None:
    """A rendering that leaves a policy out is not the bundle."""
    left = [artifact for artifact in render(SAID).artifacts if artifact.kind != kind]
    if kind == "template":
        left = [artifact for artifact in render(SAID).artifacts if artifact.path != f"cloudformation/template-{OTHER}.yaml"]
    with pytest.raises(RefusedError, match="read-back"):
        read_back.confirm(SAID, left)


def test_everything_rendered_is_read_back_as_the_bundle() -> None:
    """The unchanged rendering passes."""
    read_back.confirm(SAID, render(SAID).artifacts)


def test_only_the_formats_asked_for_are_written() -> None:
    """One format, one folder."""
    assert {artifact.format for artifact in render(SAID, ["grants"]).artifacts} == {"grants"}


def test_a_bundle_without_policies_renders_to_nothing() -> None:
    """Nothing to say, no file."""
    empty = (deployment(key_policy=Document(())))._replace(key_policies=False)
    assert isinstance(empty, Deployment)
    assert render(empty._replace(bundle=empty.bundle._replace(keys=()))).artifacts == ()

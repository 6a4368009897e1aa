"""JSON files: what they say, and what they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.compiler import compile_intent
from kmsgen.errors import InputError
from kmsgen.intent.load import load_intent
from kmsgen.policy.bundle import Creation
from kmsgen.policy.document import Condition, Effect, Statement
from kmsgen.policy.grant import Grant
from kmsgen.render import json_files
from kmsgen.render.deployment import deployment_of, key_id
from kmsgen.render.render import render
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OLD_ARN, OTHER, allow, deployment, document, role, texts

CASES = Path(__file__).parents[2] / "cases/intent/valid"
MULTI_REGION = "mrk-1234abcd12ab34cd56ef1234567890ab"
ON_NEW = (NEW_ARN,)


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
    assert [one.path for one in files] == ["json/iam/role-app.json", "json/iam/role-app-2-94cbc2dd.json"]
    assert all(len("".join(one.text.split())) <= 6144 for one in files)
    assert [s["Sid"] for one in files for s in json.loads(one.text)["Statement"]] == [f"S{number}" for number in range(40)]


def test_a_character_that_kms_refuses_is_escaped_in_json() -> None:
    """PolicyType ends at U+00FF: what is above is written as JSON's escape, and means the same."""
    when = (Condition("StringEquals", "kms:EncryptionContext:app", ("é日\U0001f511",)),)
    policy = document(allow("kms:Decrypt", who=role("app"), when=when))
    text = texts(json_files.render(deployment(key_policy=policy)))["json/key-policy.json"]
    assert max(text) <= "\u00ff"
    assert json.loads(text)["Statement"][0]["Condition"]["StringEquals"]["kms:EncryptionContext:app"] == "é日\U0001f511"


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
    assert json.loads(texts(old)[f"json/grants/nightly-{key_id(OLD_ARN)}.json"])["KeyId"] == OLD_ARN
    assert any("--key-id" in note for note in new.notes)
    assert not any("--key-id" in note for note in old.notes)


def test_related_multi_region_keys_have_files_of_their_own() -> None:
    """Keys of one multi-Region key have one id, and a key policy each: the Region tells their files apart."""
    intent = load_intent(CASES / "keys-in-two-regions.yaml")
    found = render(deployment_of(intent, compile_intent(intent).bundle), ["json", "cloudformation"]).artifacts
    policies = [artifact.path for artifact in found if artifact.kind == "key-policy"]
    assert len(policies) == len(set(policies)) == 4
    assert f"json/key-policy-eu-west-1-{MULTI_REGION}.json" in policies

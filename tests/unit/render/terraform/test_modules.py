"""Terraform modules: what they say, and what is said beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kmsgen.errors import InputError
from kmsgen.policy.bundle import Creation
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.render.terraform import modules
from kmsgen.render.terraform.addresses import history_after
from kmsgen.resources import shipped
from tests.golden.cases import ROOT
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OTHER, allow, deployment, document, role, texts, with_replicas

ON_NEW = (NEW_ARN,)


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


BY_TERRAFORM, BY_CALL = Grant("g", role("x"), ("Decrypt",), name="it"), Grant("g", role("x"), ("Encapsulate",), name="it")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (BY_CALL, BY_TERRAFORM, "are resources now"),
        (BY_TERRAFORM, BY_CALL, "are calls now"),
        (BY_TERRAFORM, BY_TERRAFORM._replace(operations=("Encrypt",)), None),
        (BY_CALL, BY_CALL._replace(grantee=role("y")), None),
        (None, BY_TERRAFORM, None),
    ],
)
def test_a_grant_that_changes_hands_is_told(before: Grant | None, after: Grant, told: str | None) -> None:
    """Terraform knows nothing of what a call made, and would revoke what it made before the call that takes its place."""
    first = deployment(grants=(before,) if before else ())
    second = deployment(grants=(after,))._replace(history=history_after(first))
    notes = [note for note in modules.render(second).notes if "hands" in note]
    assert [told in note for note in notes if told] == ([True] if told else [])
    assert not [note for note in notes if not told]


def test_a_principal_to_which_nothing_can_be_attached_is_announced() -> None:
    """An account is no role or user: its policy is written, not attached, and the note says so."""
    given = deployment((f"arn:aws:iam::{OTHER}:root", document(allow("kms:Decrypt", on=ON_NEW))))
    rendering = modules.render(given)
    assert "attachment" not in texts(rendering)[f"terraform/account-{OTHER}/main.tf"]
    assert any("nothing can attach" in note for note in rendering.notes)


@pytest.mark.parametrize(("description", "fits"), [("é" * 4096, True), ("é" * 4097, False)])
def test_a_description_is_counted_in_bytes(description: str, *, fits: bool) -> None:
    """KMS takes 8,192 characters; the provider refuses what is longer in UTF-8."""
    given = deployment(creation=Creation("alias/app", description))
    if fits:
        assert modules.render(given).artifacts
        return
    with pytest.raises(InputError, match="long-description"):
        modules.render(given)


def test_attachments_of_an_earlier_render_are_left_as_they_are() -> None:
    """With `iam: write` no attachment is made; what was attached before Terraform lets go of, and nobody loses access."""
    halves = [(role("app"), document(allow("kms:ListKeys"))), (role("partner", OTHER), document(allow("kms:ListKeys")))]
    before = deployment(*halves)
    after = before._replace(attaches=False, history=history_after(before))
    for one, left in ((before, False), (before._replace(attaches=False), False), (after, True)):
        found = texts(modules.render(one))
        for folder, label in (("terraform", "role_app"), (f"terraform/account-{OTHER}", "role_partner")):
            text = found[f"{folder}/main.tf"]
            assert ('resource "aws_iam_role_policy_attachment"' in text) is one.attaches
            assert (f"from = aws_iam_role_policy_attachment.{label}" in text) is left


def test_principals_of_the_account_can_be_looked_up_before_the_key() -> None:
    """Users and roles that the key policy names, by their names, with their whole ARNs; those of other accounts cannot be."""
    policy = document(*(allow("kms:PutKeyPolicy", who=who) for who in (role("path/Admin"), role("x", OTHER), "*")))
    text = texts(modules.render(deployment(key_policy=policy)))["terraform/main.tf"]
    assert f'for_each = var.look_up_principals ? {{\n    Admin = "{role("path/Admin")}"\n  }} : {{}}' in text
    assert "depends_on = [data.aws_iam_role.named]" in text
    assert "aws_iam_user" not in text
    assert OTHER not in text.partition('resource "aws_kms_key"')[0]


def test_a_replica_has_the_grants_of_the_intent_too() -> None:
    """Grants are a key's own: the module of each Region makes them on the key that it makes."""
    grant = Grant("g", role("x"), ("Decrypt",), name="nightly")
    given = with_replicas(deployment(grants=(grant,)), "eu-west-1")
    found = texts(modules.render(given))
    for path, key in (("terraform/main.tf", "aws_kms_key"), ("terraform/replica-eu-west-1/main.tf", "aws_kms_replica_key")):
        assert f"key_id            = {key}.this.id\n" in found[path]


def test_what_depends_on_every_grant_is_there_before_one_is_revoked() -> None:
    """Terraform destroys after what depended on it was changed: so what names all grants of a module holds them all together."""
    made = tuple(Grant("g", role("x"), ("Decrypt",), name=name) for name in ("nightly", "weekly"))
    found = texts(modules.render(deployment(grants=made)))
    named = ("nightly = aws_kms_grant.nightly.grant_id", "weekly  = aws_kms_grant.weekly.grant_id")
    assert f"  input = {{\n    {named[0]}\n    {named[1]}\n  }}\n" in found["terraform/main.tf"]
    assert 'required_version = ">= 1.4"' in found["terraform/versions.tf"]
    assert "terraform_data" not in texts(modules.render(deployment()))["terraform/main.tf"]


RESOURCES = shipped("templates") / "terraform/resources"
META = {"for_each", "depends_on", "lifecycle"}  # Terraform's own


def used(template: Path) -> Iterator[str]:
    """Yield the arguments that the template of a resource writes, those of templates that it includes with them."""
    for line in template.read_text(encoding="utf-8").splitlines():
        if included := re.match(r'{% include "resources/(\w+\.tf\.j2)" %}', line):
            yield from used(RESOURCES / included[1])
        elif argument := re.match(r"  (?:  (?=encryption_context))?(\w+)(?: +=| {$)", line):
            yield argument[1]


VERSIONS = yaml.safe_load((ROOT / "tests/cases/provider_arguments.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_module_uses_what_the_declared_provider_has(version: str) -> None:
    """Every argument of every resource, at the declared minimum and in the newest version whose schema was read."""
    resources = [one for one in RESOURCES.glob("aws_*") if not one.name.startswith("_")]
    lacking = {(one.name, name) for one in resources for name in used(one) if name not in VERSIONS[version][one.name[:-6]]}
    assert {(resource, name) for resource, name in lacking if name not in META} == set()
    assert resources


def test_the_declared_provider_is_the_oldest_whose_schema_was_read() -> None:
    """Terraform takes no older one, and the page says the same."""
    declared = re.findall(r'version = ">= ([0-9.]+)"', (RESOURCES.parent / "versions.tf.j2").read_text(encoding="utf-8"))
    assert declared == [min(VERSIONS, key=lambda one: [*map(int, one.split("."))]).removesuffix(".0")]
    assert f"hashicorp/aws {declared[0]} or newer" in (ROOT / "docs/rendered-files.md").read_text(encoding="utf-8")

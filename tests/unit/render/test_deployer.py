"""The deployer's own policies: apart from what it deploys, in each format."""

from __future__ import annotations

import json

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.bundle import Creation
from kmsgen.policy.document import Document
from kmsgen.render.deployment import Deployment
from kmsgen.render.history import Former, History
from kmsgen.render.render import render
from tests.unit.render.bundles import NEW_ARN, WITH_ALIAS, allow, deployment, document, role, texts

CI = role("ci")
OWN = document(allow("kms:CreateKey"))


BOTH = ((CI, OWN), (role("app"), document(allow("kms:ListKeys"))))


def deployed(*policies: tuple[str, Document], creation: Creation | None = WITH_ALIAS) -> Deployment:
    """Return a deployment by a role that has policies of its own."""
    return deployment(*(policies or BOTH), creation=creation)._replace(deployer=CI)


def test_nothing_that_the_deployer_applies_gives_it_a_policy() -> None:
    """Its policy is in `deployer/` in each format, and in no other file."""
    found = texts(render(deployed()))
    assert json.loads(found["deployer/policy.json"])["Statement"][0]["Action"] == "kms:CreateKey"
    holding = {path for path, text in found.items() if "kms:CreateKey" in text}
    assert holding == {"deployer/policy.json", "deployer/template.yaml", "deployer/main.tf"}
    assert 'role       = "ci"' in found["deployer/main.tf"]
    assert "- ci\n" in found["deployer/template.yaml"]
    assert "app+deployer-role-ci" in found["deployer/main.tf"]


def test_without_policies_of_its_own_there_is_no_folder() -> None:
    """Of a key that exists, the key policy gives all that deploying takes."""
    given = deployed((role("app"), document(allow("kms:ListKeys"))), creation=None)
    assert not [path for path in texts(render(given)) if path.startswith("deployer/")]


def test_a_key_to_create_goes_by_its_alias() -> None:
    """The policy stands before the key does; without an alias nothing could name the key."""
    on_key = (CI, document(allow("kms:Decrypt", on=(NEW_ARN,))))
    found = texts(render(deployed(on_key)))
    for path in ("deployer/policy.json", "deployer/template.yaml", "deployer/main.tf"):
        assert "kms:ResourceAliases" in found[path]
        assert "var.key_arn" not in found[path]
    with pytest.raises(InputError, match="alias-needed"):
        render(deployed(on_key, creation=Creation()), ["terraform"])


@pytest.mark.parametrize(("apart", "left"), [(False, True), (True, False)])
def test_what_an_earlier_module_gave_the_deployer_is_left_as_it_is(*, apart: bool, left: bool) -> None:
    """Terraform lets go of it: who applies would lose in the middle what it needs to the end."""
    given = deployed()._replace(history=History(deployer=role("old"), deployer_apart=apart))
    text = texts(render(given, ["terraform"]))["terraform/main.tf"]
    for label in ("role_ci", "role_old"):
        assert (f"from = aws_iam_policy.{label}\n" in text) is left
        assert (f"from = aws_iam_role_policy_attachment.{label}\n" in text) is left


def test_who_deployed_until_now_keeps_its_policy() -> None:
    """Both stand in `deployer/`, each in files and under a name of its own, and in nothing that they apply."""
    given = deployed(*BOTH, (role("old"), OWN))._replace(former=Former(deployers=(role("old"),)))
    found = texts(render(given))
    assert found["deployer/policy-role-old.json"] == found["deployer/policy.json"]
    assert "app+deployer-role-old" in found["deployer/main.tf"]
    assert "- old\n" in found["deployer/template.yaml"]
    assert not [path for path, text in found.items() if "kms:CreateKey" in text and not path.startswith("deployer/")]

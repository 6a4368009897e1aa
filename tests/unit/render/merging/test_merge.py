"""The merged IAM policies of a run, in Terraform and CloudFormation."""

from __future__ import annotations

import pytest

from kmsgen.errors import RefusedError
from kmsgen.render.merging.halves import Halves, halves_of
from kmsgen.render.merging.merge import render
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OTHER, WITH_ALIAS, allow, deployment, document, role, texts

ON_NEW = document(allow("kms:Decrypt", on=(NEW_ARN,)))
MAIN, TEMPLATE = f"terraform/account-{ACCOUNT}/main.tf", f"cloudformation/template-{ACCOUNT}.yaml"
FORMATS = ("terraform", "cloudformation", "json")


def halves(name: str, *principals: str, attaches: bool = True) -> Halves:
    """Return the part in IAM of an intent whose key principals use, by role/ci, which may create keys."""
    policies = [(one, ON_NEW) for one in principals]
    given = deployment(*policies, (role("ci"), document(allow("kms:CreateKey"))), creation=WITH_ALIAS)
    return halves_of(given._replace(name=name, path=f"{name}.yaml", deployer=role("ci"), attaches=attaches))


def test_one_policy_a_principal_names_the_keys_of_all_intents() -> None:
    """By the ARNs that are given to the module and the stack; each account has its own."""
    found = texts(render([halves(name, role("app"), role("partner", OTHER)) for name in ("one", "two")], FORMATS))
    for account in (ACCOUNT, OTHER):
        main = found[f"terraform/account-{account}/main.tf"]
        assert main.count('resource "aws_iam_policy"') == main.count("policy_attachment") == 1
        assert all(f'var.key_arns["{name}"],' in main for name in ("one", "two"))
        assert '"one",' in found[f"terraform/account-{account}/variables.tf"]
        template = found[f"cloudformation/template-{account}.yaml"]
        assert template.count("AWS::IAM::ManagedPolicy") == 1
        assert template.count("- Ref: KeyArn") == template.count("    Type: String") == 2


def test_the_deployers_policy_stays_apart() -> None:
    """What two intents take is one statement, in `deployer/`."""
    found = texts(render([halves(name, role("app")) for name in ("one", "two")], FORMATS))
    for path in (f"deployer/account-{ACCOUNT}/main.tf", f"deployer/template-{ACCOUNT}.yaml"):
        assert found[path].count("kms:CreateKey") == 1
    assert "kms:CreateKey" not in found[MAIN] + found[TEMPLATE]


def test_two_hundred_intents_on_one_base_fit() -> None:
    """Within the ten managed policies that IAM attaches to a role."""
    found = texts(render([halves(f"team-{number:03}", role("admin")) for number in range(200)], FORMATS))
    assert found[MAIN].count('resource "aws_iam_policy"') == 4
    assert found[TEMPLATE].count("    Type: String") == 200


def test_more_parameters_than_a_template_takes_are_refused() -> None:
    """With the number; Terraform alone takes them."""
    many = [halves(f"team-{number:03}", role("admin")) for number in range(201)]
    assert MAIN in texts(render(many, ["terraform"]))
    with pytest.raises(RefusedError, match="201 intents; a template takes 200 parameters"):
        render(many, FORMATS)


def test_more_policies_than_a_principal_takes_are_refused() -> None:
    """Counted over the run, with the number of intents."""
    resources = tuple(f"arn:aws:kms:us-west-2:111122223333:key/{number:036}" for number in range(700))
    own = deployment((role("app"), document(allow("kms:Decrypt", on=resources))))
    with pytest.raises(RefusedError, match=r"would need 1[0-9] IAM policies"):
        render([halves_of(own)], FORMATS)


@pytest.mark.parametrize("attaches", [True, False])
def test_what_is_only_written_is_attached_to_nobody(*, attaches: bool) -> None:
    """As in an intent's own module and stack; who differs from the others is told."""
    same = [halves(name, role("app"), attaches=attaches) for name in ("one", "two")]
    found = texts(render(same, FORMATS))
    assert ("policy_attachment" in found[MAIN]) is ("Roles:" in found[TEMPLATE]) is attaches
    with pytest.raises(RefusedError, match="some intents attach"):
        render([*same, halves("three", role("app"), attaches=not attaches)], FORMATS)

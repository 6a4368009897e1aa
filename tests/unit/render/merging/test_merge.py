"""The merged IAM policies of a run, in Terraform and CloudFormation."""

from __future__ import annotations

import json
import re

import pytest

from kmsgen.errors import RefusedError
from kmsgen.render.merging.halves import Halves, halves_of
from kmsgen.render.merging.merge import homes_of, render
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OTHER, WITH_ALIAS, allow, deployment, document, role, texts

ON_NEW = document(allow("kms:Decrypt", on=(NEW_ARN,)))
MAIN, TEMPLATE = f"terraform/account-{ACCOUNT}/main.tf", f"cloudformation/template-{ACCOUNT}.yaml"
FORMATS = ("terraform", "cloudformation", "json")


def halves(name: str, *principals: str, attaches: bool = True) -> Halves:
    """Return the part in IAM of an intent whose key principals use, by role/ci, which may create keys."""
    policies = [(one, ON_NEW) for one in principals]
    given = deployment(*policies, (role("ci"), document(allow("kms:CreateKey"))), creation=WITH_ALIAS)
    return halves_of(given._replace(name=name, path=f"{name}.yaml", deployer=role("ci"), attaches=attaches))


TEAMS = [halves(f"team-{number:03}", role("admin"), role(f"app-{number // 6}")) for number in range(300)]


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
    assert found[MAIN].count('resource "aws_iam_policy"') == 3
    assert found[TEMPLATE].count("    Type: String") == 200


def test_more_keys_than_a_template_takes_are_of_several_stacks() -> None:
    """Each is told of the keys that it names, 200 at most; no policy is in two."""
    found = {path: text for path, text in texts(render(TEAMS, FORMATS)).items() if path.startswith("cloudformation/")}
    assert TEMPLATE in found
    assert len(found) > 1
    for text in found.values():
        parameters = re.findall("  (KeyArn.+):\n    Type: String", text)
        assert 0 < len(parameters) <= 200
        assert set(parameters) == set(re.findall("Ref: (KeyArn.+)", text))
    policies = [name for text in found.values() for name in re.findall("  (Policy.+):\n    Type: AWS::IAM", text)]
    assert len(policies) == len(set(policies)) == 54


def test_a_policy_stays_in_its_template_when_an_intent_comes() -> None:
    """Unless its template is full: then some of that one's policies are in one new template, and all others where they were."""
    for count in (200, 250):
        before, after = (_by_template(TEAMS[:some]) for some in (count, count + 1))
        left = {policy for path in before for policy in before[path] - after.get(path, set())}
        new = [path for path in after if path not in before]
        assert len(new) <= 1
        assert left <= {policy for path in new for policy in after[path]}


def test_a_key_stays_in_its_policy_when_an_intent_comes() -> None:
    """By what the manifest keeps of the last render: of two hundred keys the one that comes is the only change."""
    before = render(TEAMS[1:200], ["terraform"])
    told = homes_of(json.loads(json.dumps({"homes": before.homes})))
    after = render(TEAMS[:200], ["terraform"], told)
    old, new = (_by_policy(texts(one)[MAIN]) for one in (before, after))
    assert {name: new[name] for name in old} == old
    assert new.keys() - old.keys() == {"team-000"}
    assert not any("moves" in note for note in after.notes)


def _by_policy(main: str) -> dict[str, str]:
    """Return the policy of role/admin in which each intent's key is."""
    policies = re.findall(r'resource "aws_iam_policy" "(role_admin[^"]*)" {\n(.*?)\n}\n', main, re.DOTALL)
    return {intent: label for label, text in policies for intent in re.findall(r'key_arns\["([^"]+)"\]', text)}


@pytest.mark.parametrize("homes", [None, [], {"policies": []}, {"policies": {"a": 1}}, {"policies": {"a": [[1], 2]}, "x": {}}])
def test_a_manifest_that_tells_nothing_of_homes_is_none(homes: object) -> None:
    """Whatever stands there: what it tells is where digests were."""
    assert homes_of({"homes": homes}) in ({}, {"policies": {}}, {"policies": {"a": (("1",), ())}})


def _by_template(found: list[Halves]) -> dict[str, set[str]]:
    """Return the names of the policies in each template."""
    rendered = texts(render(found, ["cloudformation"])).items()
    return {path: set(re.findall("  (Policy.+):\n    Type: AWS::IAM", text)) for path, text in rendered}


def many(*, attaches: bool = True) -> Halves:
    """Return the part in IAM of an intent that takes more policies of one principal than IAM attaches."""
    resources = tuple(f"arn:aws:kms:us-west-2:111122223333:key/{number:036}" for number in range(800))
    each = (document(allow("kms:Decrypt", on=resources[at : at + 50])) for at in range(0, 800, 50))
    return halves_of(deployment(*((role("app"), one) for one in each))._replace(attaches=attaches))


def test_more_policies_than_a_principal_takes_are_refused() -> None:
    """Counted over the run, with the numbers and a way out."""
    with pytest.raises(RefusedError, match=r"need 11 IAM policies of 6,144 characters over 1 intents; at most 10") as told:
        render([many()], FORMATS)
    assert "iam: write" in told.value.diagnostics[0].hint


def test_what_nobody_attaches_here_is_as_many_as_it_takes() -> None:
    """Whoever attaches what is written may have a higher quota; JSON files have no merged policies."""
    assert texts(render([many(attaches=False)], FORMATS))[MAIN].count('resource "aws_iam_policy"') > 10
    assert not texts(render([many()], ["json"]))


@pytest.mark.parametrize("attaches", [True, False])
def test_what_is_only_written_is_attached_to_nobody(*, attaches: bool) -> None:
    """As in an intent's own module and stack; who differs from the others is told."""
    same = [halves(name, role("app"), attaches=attaches) for name in ("one", "two")]
    found = texts(render(same, FORMATS))
    assert ("policy_attachment" in found[MAIN]) is ("Roles:" in found[TEMPLATE]) is attaches
    with pytest.raises(RefusedError, match="some intents attach"):
        render([*same, halves("three", role("app"), attaches=not attaches)], FORMATS)

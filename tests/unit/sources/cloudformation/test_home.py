"""Where stacks live."""

from __future__ import annotations

import pytest

from kmsgen.reading.yaml_text import parse_yaml
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.home import home_of
from kmsgen.sources.cloudformation.template import DIALECT
from kmsgen.sources.described import STANDS_FOR
from tests.unit.sources.cloudformation.stacks import described

KEY = "arn:aws:kms:eu-west-3:777788889999:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def template(principal: str, condition: str = "{}") -> str:
    """Return a template with a key for a principal."""
    statement = f"{{Effect: Allow, Principal: {{AWS: {principal}}}, Action: 'kms:*', Resource: '*', Condition: {condition}}}"
    return f"Resources: {{K: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{Statement: [{statement}]}}}}}}}}"


@pytest.mark.parametrize(
    ("principal", "beside", "account"),
    [
        ("'arn:aws:iam::111122223333:root'", Beside(), "111122223333"),
        ("!Sub 'arn:aws:iam::${AWS::AccountId}:root'", Beside(), STANDS_FOR),
        ("[!Ref AWS::AccountId, '444455556666']", Beside(), STANDS_FOR),
        ("!Ref AWS::AccountId", Beside(parameters={"AWS::AccountId": "222233334444"}), "222233334444"),
        ("!Ref AWS::AccountId", Beside(KEY), "777788889999"),
    ],
)
def test_an_account_that_a_template_names_beside_its_own_is_another(principal: str, beside: Beside, account: str) -> None:
    """Only a template that says nothing of its own account lives in the one that it names; the user may tell it."""
    assert home_of(parse_yaml(template(principal), "t.yaml", DIALECT), beside).home.account == account


def test_the_region_that_stands_for_the_stacks_is_none_that_the_template_names() -> None:
    """So that nothing holds by chance."""
    text = template("!Ref AWS::AccountId", "{StringEquals: {'aws:RequestedRegion': us-east-1}}")
    assert home_of(parse_yaml(text, "t.yaml", DIALECT), Beside()).home.region == "us-west-2"


@pytest.mark.parametrize(
    "condition",
    ["{StringEquals: {'aws:RequestedRegion': us-east-1}}", "{StringLike: {'kms:ViaService': ['s3.us-east-1.amazonaws.com']}}"],
)
def test_what_asks_for_a_region_by_name_is_open(condition: str) -> None:
    """The stack may be deployed there or elsewhere; where the Region is told it is not open."""
    text = template("!Ref AWS::AccountId", condition)
    assert [one.what for one in described(text, Beside()).unknown] == ["the Region of the key, which the template does not tell"]
    assert described(text, Beside(KEY)).unknown == ()
    assert described(text, Beside(parameters={"AWS::Region": "us-east-1"})).unknown == ()


def test_what_asks_for_the_stacks_own_region_is_not_open() -> None:
    """It means the same in every Region."""
    text = template("!Ref AWS::AccountId", "{StringEquals: {'kms:ViaService': !Sub 's3.${AWS::Region}.amazonaws.com'}}")
    assert described(text, Beside()).unknown == ()


def test_a_template_whose_account_may_be_one_that_it_names_is_asked_nothing() -> None:
    """Where it lives decides who is a stranger: with hard-coded accounts, or a key of one in an IAM policy, it must be told."""
    several = template("['arn:aws:iam::111122223333:root', 'arn:aws:iam::222233334444:root']")
    use = "{Effect: Allow, Action: 'kms:Decrypt', Resource: 'arn:aws:kms:us-east-1:111122223333:key/*'}"
    role = f"R: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {{Statement: [{use}]}}, Roles: [app]}}}}"
    named = template("!Ref AWS::AccountId").removesuffix("}") + f", {role}}}"
    for text in (several, named):
        found = described(text, Beside())
        assert (found.bundle.keys, found.no_key is not None and found.no_key.code) == ((), "unknown-key")
        assert described(text, Beside(KEY)).no_key is None


def test_that_an_account_which_a_template_names_is_not_its_own_is_said() -> None:
    """And with nothing to be assumed it is not taken for granted."""
    text = template("[!Ref AWS::AccountId, '444455556666']")
    assert ["444455556666" in one.what for one in described(text, Beside()).assumed] == [True]
    assert described(text, Beside(strict=True)).no_key is not None

"""cfn-lint: what it finds, and what it misses that KMS has."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.policy.document import Effect, Principal, Statement
from kmsgen.render import cloudformation
from kmsgen.render.cfn_lint import findings
from tests.unit.render.bundles import ACCOUNT, deployment, document, texts


def test_a_template_with_a_mistake_is_found_by_cfn_lint() -> None:
    """The linter really looks: a wrong property and an unknown action are found, no action and no Region that is newer."""
    text = texts(cloudformation.render(deployment()))["cloudformation/template.yaml"]
    assert findings(text, "us-west-2") == []
    assert [one.code for one in findings(text.replace("MultiRegion:", "MultiRegio:"), "us-west-2")] == ["E3002"]
    assert [one.code for one in findings(text.replace("kms:PutKeyPolicy", "kms:Nope"), "us-west-2")] == ["W3037"]
    assert findings(text.replace("kms:PutKeyPolicy", "kms:Encapsulate"), "us-west-2") == []
    assert [one.code for one in findings(text.replace("MultiRegion:", "MultiRegio:"), "us-newt-2")] == ["E3002"]


@pytest.mark.parametrize("others", [(), ("arn:aws:iam::111122223333:role/x",)])
def test_a_federated_user_is_a_principal_for_cfn_lint_too(others: tuple[str, ...]) -> None:
    """IAM takes it, alone and in a list; the linter's form of principals leaves it out, and still finds what is none."""
    names = (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", *others)
    statement = Statement(Effect.ALLOW, ("kms:PutKeyPolicy",), ("*",), tuple(Principal("AWS", name) for name in names), (), "A")
    text = texts(cloudformation.render(deployment(key_policy=document(statement))))["cloudformation/template.yaml"]
    assert findings(text, "us-west-2") == []
    assert "E3512" in {one.code for one in findings(text.replace("federated-user", "federated"), "us-west-2")}


@pytest.mark.parametrize("text", ["ignore_checks: [E3002]", "regions: [nowhere]", "templates: {a: [", "- 1"])
def test_the_options_of_cfn_lint_are_nobody_else_s(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.cfnlintrc` of the folder or of the user changes nothing, sound or broken."""
    for folder in ("home", "here"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".cfnlintrc").write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "here")
    template = texts(cloudformation.render(deployment()))["cloudformation/template.yaml"]
    assert findings(template, "us-west-2") == []
    assert [one.code for one in findings(template.replace("MultiRegion:", "MultiRegio:"), "us-west-2")] == ["E3002"]


def test_a_partition_newer_than_cfn_lint_is_none_of_its_business() -> None:
    """It takes ARNs of aws-eusc for none."""
    template = """Resources:
  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: arn:aws-eusc:iam::111122223333:role/Admin
            Action: kms:PutKeyPolicy
            Resource: "*"
"""
    assert findings(template, "eusc-de-east-1") == []

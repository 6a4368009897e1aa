"""Reading back: a file that does not say what was proved is never written."""

from __future__ import annotations

import pytest

from kmsgen.errors import RefusedError
from kmsgen.policy.grant import Grant
from kmsgen.render import read_back
from kmsgen.render.artifact import Artifact
from kmsgen.render.render import render
from tests.unit.render.bundles import NEW_ARN, OTHER, allow, deployment, document, role

ON_NEW = (NEW_ARN,)


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

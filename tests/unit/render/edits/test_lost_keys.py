"""Edits that take another key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmsgen.errors import Location
from kmsgen.policy.bundle import Creation, Key
from kmsgen.render.deployment import Deployment
from kmsgen.render.edits.lost_keys import replacements
from kmsgen.render.terraform.addresses import history_after
from tests.unit.render.bundles import deployment, with_replicas

PLACE = Location("intent.yaml", 4, 6)
Edit = Callable[[Key], Key]


def edited(before: Deployment, edit: Edit = lambda key: key, **creation: object) -> Deployment:
    """Return the deployment whose last render was of `before`, with its key edited."""
    access = before.bundle.keys[0]
    made = (access.creation or Creation())._replace(**creation)
    after = before._replace(bundle=before.bundle._replace(keys=(access._replace(key=edit(access.key), creation=made),)))
    return after._replace(history=history_after(before))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda key: key._replace(arn=key.arn.replace("us-west-2", "eu-west-1")), "`scope.regions` changes from `us-west-2`"),
        (lambda key: key._replace(arn=key.arn.replace("111122223333", "444455556666")), "`scope.account` changes from"),
        (lambda key: key._replace(spec="RSA_2048"), "`key.spec` changes from `SYMMETRIC_DEFAULT` to `RSA_2048`"),
        (lambda key: key._replace(usage="SIGN_VERIFY"), "`key.usage` changes from `ENCRYPT_DECRYPT` to `SIGN_VERIFY`"),
        (lambda key: key._replace(origin="EXTERNAL"), "`key.origin` changes from `AWS_KMS` to `EXTERNAL`"),
        (lambda key: key._replace(multi_region=True), "`key.multi_region` changes from `false` to `true`"),
    ],
)
def test_what_kms_fixes_when_it_creates_a_key_takes_another_key(edit: Edit, told: str) -> None:
    """An edit of it is told at its place, with what is lost."""
    (problem,) = replacements(edited(deployment(), edit), PLACE)
    assert (problem.location, problem.code) == (PLACE, "key-would-be-replaced")
    assert problem.message.startswith(told)
    assert "what only the one rendered before can decrypt is lost" in problem.message
    assert "--replace-key" in problem.hint


def test_what_kms_changes_of_a_key_keeps_it() -> None:
    """Alias, description, rotation and tags are changed in place."""
    after = edited(deployment(), alias="alias/other", description="other", rotation_days=90, tags=(("a", "b"),))
    assert replacements(after, PLACE) == ()


def test_an_intent_that_creates_no_key_any_more_loses_the_one_it_made() -> None:
    """From `key` to `keys`."""
    after = deployment(creation=None)._replace(history=history_after(deployment()))
    assert ["no key is created any more" in problem.message for problem in replacements(after, PLACE)] == [True]


def test_a_replica_that_goes_is_lost() -> None:
    """Whoever uses the key in its Region has none there."""
    before = with_replicas(deployment(), "eu-west-1", "eu-west-2")
    after = with_replicas(deployment(), "eu-west-2", "eu-west-3")._replace(history=history_after(before))
    assert ["`eu-west-1`" in problem.message for problem in replacements(after, PLACE)] == [True]


@pytest.mark.parametrize("before", [None, deployment(creation=None)])
def test_where_no_key_was_made_none_is_lost(before: Deployment | None) -> None:
    """Neither without a manifest, nor after a render about keys that exist."""
    after = deployment() if before is None else deployment()._replace(history=history_after(before))
    assert replacements(after, PLACE) == ()

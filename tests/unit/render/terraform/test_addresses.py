"""Addresses of keys in Terraform, from one render to the next."""

from __future__ import annotations

import re
from types import MappingProxyType

import pytest

from kmsgen.policy.bundle import Bundle, Creation, Key, KeyAccess
from kmsgen.policy.grant import Grant
from kmsgen.render.deployment import Deployment
from kmsgen.render.history import UNKNOWN, History
from kmsgen.render.terraform import modules
from kmsgen.render.terraform.addresses import carried, history_after
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, allow, deployment, document, role, texts

ONE, TWO = "1234abcd-12ab-34cd-56ef-1234567890ab", "abcd1234-12ab-34cd-56ef-1234567890ab"
THIS, FIRST = "aws_kms_key_policy.this", "aws_kms_key_policy.key_n_1234abcd_12ab_34cd_56ef_1234567890ab"
REPLICATED = "mrk-1234abcd12ab34cd56ef1234567890ab"


def adopting(*key_ids: str, history: History = UNKNOWN, keep: bool = False, region: str = "us-west-2") -> Deployment:
    """Return a deployment of keys that exist, whose policies it writes or (`keep`) leaves alone."""
    policy = document(allow("kms:PutKeyPolicy", who=role("KmsAdmin")))
    arns = tuple(f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}" for key_id in key_ids)
    bundle = Bundle(tuple(KeyAccess(Key(arn), policy) for arn in arns))
    kept = arns if keep else ()
    return Deployment("app", "intent.yaml", bundle, ACCOUNT, "aws", (region,), not keep, kept, history)


def creating(history: History = UNKNOWN, **key: str) -> Deployment:
    """Return a deployment with a key to create."""
    access = KeyAccess(Key(NEW_ARN, **key), document(allow("kms:PutKeyPolicy", who=role("KmsAdmin"))), (), Creation("alias/app"))
    return Deployment("app", "intent.yaml", Bundle((access,)), ACCOUNT, "aws", ("us-west-2",), history=history)


def held(**addresses: str) -> History:
    """Return a history with key policies by label."""
    return History((), MappingProxyType({f"aws_kms_key_policy.{label}": key_id for label, key_id in addresses.items()}))


def main(deployment: Deployment) -> str:
    """Return the text of the key's module."""
    return texts(modules.render(deployment))["terraform/main.tf"]


@pytest.mark.parametrize("key_ids", [(ONE,), (ONE, TWO), (TWO, ONE)])
def test_the_address_of_a_key_policy_depends_on_its_key_alone(key_ids: tuple[str, ...]) -> None:
    """Whatever other keys there are, and in whatever order, a key's policy has the same address."""
    assert 'resource "aws_kms_key_policy" "key_n_1234abcd_12ab_34cd_56ef_1234567890ab"' in main(adopting(*key_ids))


def test_replicas_of_one_id_have_addresses_of_their_own() -> None:
    """The Region tells keys of one multi-Region id apart."""
    arns = [f"arn:aws:kms:{region}:{ACCOUNT}:key/{REPLICATED}" for region in ("us-west-2", "eu-west-1")]
    keys = tuple(KeyAccess(Key(arn), document(allow("kms:PutKeyPolicy", who=role("KmsAdmin")))) for arn in arns)
    text = main(Deployment("app", "intent.yaml", Bundle(keys), ACCOUNT))
    assert text.count(f'"key_{REPLICATED.replace("-", "_")}"') == 1
    assert f'"key_{REPLICATED.replace("-", "_")}_eu_west_1"' in text


def test_what_was_called_this_is_moved() -> None:
    """The policy of an only key was `this`: without a manifest that is taken to be out there."""
    assert carried(adopting(ONE)).moved == {THIS: FIRST}
    assert f"moved {{\n  from = {THIS}\n  to   = {FIRST}\n}}\n" in main(adopting(ONE))


def test_a_second_key_moves_nothing_else() -> None:
    """What was `this` is still moved to where its key is, and no other key."""
    after = history_after(adopting(ONE))
    assert carried(adopting(TWO, ONE, history=after)) == ({THIS: FIRST}, ())


def test_what_was_called_this_of_no_known_key_is_let_go() -> None:
    """Of several keys nothing tells whose policy `this` was: it is let go, and set under its new address."""
    assert carried(adopting(ONE, TWO)) == ({}, (THIS,))


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(lambda history: adopting(TWO, history=history), id="another key alone"),
        pytest.param(lambda history: adopting(ONE, history=history, keep=True), id="the policy is kept"),
        pytest.param(creating, id="a key to create"),
    ],
)
def test_a_key_policy_that_is_not_ours_any_more_is_let_go(then: object) -> None:
    """Destroyed, it would be KMS's default, which lets the whole account use the key."""
    assert callable(then)
    deployment = then(history_after(adopting(ONE, TWO)))
    assert FIRST in carried(deployment).removed
    assert f"removed {{\n  from = {FIRST}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n" in main(deployment)


def test_the_policy_of_kept_keys_is_let_go_where_no_manifest_tells() -> None:
    """Whether an earlier render set the policies of keys that are kept is not known: they may be out there."""
    assert carried(adopting(ONE, keep=True)) == ({}, (FIRST, THIS))


def test_what_was_let_go_stays_let_go() -> None:
    """Nothing tells whether a module was applied: what is removed once is so in every later render."""
    dropped = history_after(adopting(TWO, history=history_after(adopting(ONE, TWO))))
    assert FIRST in carried(adopting(TWO, history=dropped)).removed


def test_what_comes_back_is_not_let_go() -> None:
    """Terraform refuses a removed block for what is declared."""
    dropped = history_after(adopting(TWO, history=history_after(adopting(ONE, TWO))))
    assert FIRST not in carried(adopting(ONE, TWO, history=dropped)).removed


def test_the_same_render_again_is_the_same() -> None:
    """A render knows nothing new after itself."""
    once = history_after(adopting(ONE))
    assert main(adopting(ONE, history=once)) == main(adopting(ONE))
    assert history_after(adopting(ONE, history=once)) == once


def test_only_one_address_moves_to_another() -> None:
    """Terraform refuses two moves to one place: what else there may be is let go."""
    history = held(this=ONE, key_former=ONE)
    assert carried(adopting(ONE, history=history)) == ({"aws_kms_key_policy.key_former": FIRST}, (THIS,))


def test_a_created_key_that_goes_is_let_go_with_its_alias() -> None:
    """Neither the key nor its name ends because a file says nothing of them any more."""
    after = history_after(creating())
    assert set(carried(adopting(ONE, history=after)).removed) == {"aws_kms_key.this", "aws_kms_alias.this"}


def test_an_alias_that_goes_while_its_key_stays_is_removed() -> None:
    """Who takes the alias out of the file wants it gone."""
    after = history_after(creating())
    without = creating(after)
    key = without.bundle.keys[0]._replace(creation=Creation())
    assert carried(without._replace(bundle=Bundle((key,)))).removed == ()


def test_a_module_with_removed_blocks_needs_a_terraform_that_knows_them() -> None:
    """`removed` is of Terraform 1.7."""
    versions = [texts(modules.render(one))["terraform/versions.tf"] for one in (adopting(ONE), adopting(ONE, TWO))]
    assert ['required_version = ">= 1.3"' in versions[0], 'required_version = ">= 1.7"' in versions[1]] == [True, True]


def granting(*key_ids: str, history: History = UNKNOWN) -> Deployment:
    """Return a deployment of keys that exist with a grant on each."""
    deployment = adopting(*key_ids, history=history)
    grant = Grant("nightly", "arn:aws:iam::111122223333:role/exporter", ("Decrypt",), name="nightly")
    return deployment._replace(bundle=Bundle(tuple(access._replace(grants=(grant,)) for access in deployment.bundle.keys)))


def test_a_grant_is_moved_from_what_it_was_called() -> None:
    """Made anew it would be the same grant to KMS, which destroying the old resource revokes."""
    of_one, of_two = (f"aws_kms_grant.nightly_{key_id.replace('-', '_')}" for key_id in (ONE, TWO))
    assert carried(granting(ONE)).moved["aws_kms_grant.nightly"] == of_one
    history = History(addresses={"aws_kms_grant.nightly": f"{TWO}/nightly", "aws_kms_grant.nightly_2": f"{ONE}/nightly"})
    for after in (history, history_after(granting(ONE, TWO, history=history))):
        moved = carried(granting(ONE, TWO, history=after)).moved
        assert moved == {"aws_kms_grant.nightly": of_two, "aws_kms_grant.nightly_2": of_one}


def test_a_grant_that_is_not_of_the_intent_any_more_is_revoked() -> None:
    """Terraform destroys what is neither declared nor let go."""
    assert carried(adopting(ONE, history=history_after(granting(ONE)))) == ({THIS: FIRST}, ())


def test_an_iam_policy_of_another_name_takes_the_place_of_the_one_that_was() -> None:
    """It is made first, and its attachment, so that nobody is without; what has its name still is not touched."""
    own = [(role(name), document(allow("kms:ListKeys"))) for name in ("path/x", "y", "z")]
    policies = {"terraform/role_path_x": role("path/x"), "terraform/role_y": role("y"), "terraform/account-1/role_q": role("z")}
    given = deployment(*own)._replace(history=History(policies=policies))
    text = texts(modules.render(given))["terraform/main.tf"]
    label = next(name for name in re.findall('"aws_iam_policy" "([^"]*)"', text) if "path" in name)
    for kind in ("aws_iam_policy", "aws_iam_role_policy_attachment"):
        assert f"moved {{\n  from = {kind}.role_path_x\n  to   = {kind}.{label}\n}}" in text
    assert text.count("\nmoved {") == text.count("it takes the place of one of another name") == 2
    written = texts(modules.render(given._replace(attaches=False, history=given.history._replace(attached=True))))[
        "terraform/main.tf"
    ]
    assert written.count("\nmoved {") == 1
    assert "removed {\n  from = aws_iam_role_policy_attachment.role_path_x\n" in written
    assert history_after(given).policies == policies

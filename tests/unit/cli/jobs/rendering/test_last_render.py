"""What the last render made of keys, read from its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.cli.jobs.rendering.last_render import last_render
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID
from kmsgen.render.history import UNKNOWN, RenderedKey, parse, plain

# As kmsgen 0.1.0 wrote it.
HEAD = """# Written by kmsgen from the intent `app`: change the intent, not this file.

data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "This module belongs to account 111122223333."
    }
  }
}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.id == "us-gov-west-1"
      error_message = "This module belongs to Region us-gov-west-1."
    }
  }
}

"""
CREATED = """resource "aws_kms_key" "this" {
  description              = "key_usage = \\"SIGN_VERIFY\\""
  key_usage                = "GENERATE_VERIFY_MAC"
  customer_master_key_spec = "HMAC_256"
  multi_region             = true
  deletion_window_in_days  = var.deletion_window_in_days
  policy = jsonencode({
    Version = "2012-10-17"
  })
  tags = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/app"
  target_key_id = aws_kms_key.this.id
}
"""
EXTERNAL = """resource "aws_kms_external_key" "this" {
  description             = ""
  multi_region            = false
  deletion_window_in_days = var.deletion_window_in_days
}
"""
ADOPTED = """resource "aws_kms_key_policy" "this" {
  key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"
  policy = jsonencode({
  })
}
"""


def rendered(folder: Path, text: str, **manifest: object) -> Path:
    """Write a folder with a module and a manifest."""
    (folder / "terraform").mkdir()
    (folder / "terraform/main.tf").write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"kmsgen": "0.1.0", "files": [], **manifest}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            CREATED,
            RenderedKey(NEW_MULTI_REGION_KEY_ID, "HMAC_256", "GENERATE_VERIFY_MAC", "AWS_KMS", multi_region=True, created=True),
        ),
        (EXTERNAL, RenderedKey(NEW_KEY_ID, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EXTERNAL", multi_region=False, created=True)),
    ],
)
def test_of_a_manifest_that_tells_of_no_key_the_module_does(tmp_path: Path, text: str, key: RenderedKey) -> None:
    """Manifests of kmsgen 0.1 list files alone; the module beside them says what key it creates."""
    arn = f"arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/{key.arn}"
    assert last_render(rendered(tmp_path, HEAD + text)).created == key._replace(arn=arn)


def test_a_module_tells_which_key_had_the_policy_called_this(tmp_path: Path) -> None:
    """So it can be moved to where that key is, whatever keys came since."""
    history = last_render(rendered(tmp_path, HEAD + ADOPTED))
    assert (history.keys, dict(history.addresses)) == ((), {"aws_kms_key_policy.this": "1234abcd-12ab-34cd-56ef-1234567890ab"})


def test_a_module_tells_which_grants_there_are(tmp_path: Path) -> None:
    """Their names do not tell their keys: the one of a later render is told by key and name."""
    grant = 'resource "aws_kms_grant" "{}" {{\n  name               = "nightly"\n  key_id             = {}\n}}\n'
    keys = {"nightly": '"1234abcd-12ab-34cd-56ef-1234567890ab"', "nightly_2": "aws_kms_key.this.id"}
    text = HEAD + "".join(grant.format(label, key) for label, key in keys.items())
    assert dict(last_render(rendered(tmp_path, text)).addresses) == {
        "aws_kms_grant.nightly": "1234abcd-12ab-34cd-56ef-1234567890ab/nightly",
        "aws_kms_grant.nightly_2": f"{NEW_KEY_ID}/nightly",
    }


def test_a_module_that_does_not_say_where_it_belongs_tells_of_no_key(tmp_path: Path) -> None:
    """A key without its place cannot be compared."""
    assert last_render(rendered(tmp_path, CREATED)).created is None


def test_a_folder_without_manifest_or_module_tells_nothing(tmp_path: Path) -> None:
    """Nothing is known, which is not the same as nothing being there."""
    assert last_render(tmp_path) == UNKNOWN
    (tmp_path / "manifest.json").write_text('{"kmsgen": "0.1.0", "files": []}', encoding="utf-8")
    assert last_render(tmp_path) == UNKNOWN


def test_a_module_behind_a_link_is_not_read(tmp_path: Path) -> None:
    """No link is of kmsgen's making."""
    folder = rendered(tmp_path, HEAD + ADOPTED)
    (folder / "terraform/main.tf").rename(tmp_path / "elsewhere.tf")
    (folder / "terraform/main.tf").symlink_to(tmp_path / "elsewhere.tf")
    assert last_render(folder) == UNKNOWN


def test_the_manifest_comes_before_the_module(tmp_path: Path) -> None:
    """What a manifest tells is not asked of the module."""
    assert last_render(rendered(tmp_path, HEAD + ADOPTED, keys=[], terraform={})).addresses == {}


def test_the_iam_policies_of_the_released_version_are_known_by_whom_they_are_for(tmp_path: Path) -> None:
    """Of every module, by its folder and the label: kmsgen names them otherwise now, and none is to go before another stands."""
    policy = """resource "aws_iam_policy" "role_path_to_x" {
  name        = "app-role-path-to-x"
  path        = var.iam_policy_path
  description = "kmsgen, intent app: access of arn:aws:iam::111122223333:role/path/to/x"
"""
    folder = rendered(tmp_path, HEAD + ADOPTED + policy)
    (folder / "terraform/account-444455556666").mkdir()
    (folder / "terraform/account-444455556666/main.tf").write_text(policy.replace("path_to_x", "y"), encoding="utf-8")
    arn = "arn:aws:iam::111122223333:role/path/to/x"
    history = last_render(folder)
    assert history.policies == {"terraform/role_path_to_x": arn, "terraform/account-444455556666/role_y": arn}
    assert parse(plain(history)).policies == history.policies

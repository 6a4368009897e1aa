"""A key as a CreateKey request: what KMS's own model of the API takes, with all that the intent says."""

from __future__ import annotations

import json

import botocore.session
import pytest
from botocore.validate import ParamValidator

from kmsgen.policy.bundle import Creation
from kmsgen.policy.json_form import format_document, parse_document
from kmsgen.render.key_request import artifact, note, request
from tests.unit.render.bundles import deployment

CREATION = Creation(alias="alias/app", description="payments", tags=(("team", "x"), ("stage", "prod")))


@pytest.mark.parametrize(
    ("spec", "usage", "origin"),
    [("ML_DSA_65", "SIGN_VERIFY", "AWS_KMS"), ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EXTERNAL")],
)
def test_kms_takes_the_request(spec: str, usage: str, origin: str) -> None:
    """Names, types and lengths are those of the API, and the policy reads back as what was meant."""
    access = deployment(creation=CREATION).bundle.keys[0]
    access = access._replace(key=access.key._replace(spec=spec, usage=usage, origin=origin))
    made = request(access)
    shape = botocore.session.Session().get_service_model("kms").operation_model("CreateKey").input_shape
    assert ParamValidator().validate(made, shape).generate_report() == ""
    assert (made["KeySpec"], made["KeyUsage"], made["Origin"], made["Description"]) == (spec, usage, origin, "payments")
    assert {one["TagKey"]: one["TagValue"] for one in made["Tags"]} == dict(CREATION.tags)
    assert parse_document(json.loads(made["Policy"])) == parse_document(format_document(access.policy))


def test_the_file_is_what_the_note_tells_to_send() -> None:
    """Whoever follows the note finds the file, and gives the ARN under the name that the tool takes."""
    made = deployment(creation=CREATION)
    file = artifact(made, made.bundle.keys[0], "terraform")
    assert json.loads(file.text) == request(made.bundle.keys[0])
    told = note("the provider", "terraform", "key_arn")
    assert (f"file://{file.path}`" in told, "give its ARN as `key_arn`" in told) == (True, True)


@pytest.mark.parametrize("call", ["update-key-description", "tag-resource", "untag-resource"])
def test_what_changes_of_the_key_later_takes_calls_too(call: str) -> None:
    """No tool manages what it did not create: an edit of the file would be nowhere but in a request that was sent before."""
    assert f"`aws kms {call}`" in note("the provider", "terraform", "key_arn")

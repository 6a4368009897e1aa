"""A key as a CreateKey request, for the formats whose tools cannot create a key of its kind."""

from __future__ import annotations

from typing import Any

from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.json_form import compact_policy, format_document
from kmsgen.render.artifact import Artifact
from kmsgen.render.deployment import Deployment, creation_of
from kmsgen.render.text.json_text import request_file


def artifact(deployment: Deployment, access: KeyAccess, format_: str) -> Artifact:
    """Return `create-key.json`, for `aws kms create-key --cli-input-json`, in the folder of the format."""
    text = request_file(request(access))
    return Artifact(f"{format_}/create-key.json", text, format_, "key-request", account=deployment.account)


def request(access: KeyAccess) -> dict[str, Any]:
    """Return the parameters of CreateKey, the key policy among them."""
    key, creation = access.key, creation_of(access)
    return {
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        "Origin": key.origin,
        "MultiRegion": key.multi_region,
        "Description": creation.description,
        "Policy": compact_policy(format_document(access.policy)),
        "Tags": [{"TagKey": name, "TagValue": value} for name, value in creation.tags],
    }


def note(tool: str, format_: str, given: str) -> str:
    """Return the note on `create-key.json`: how to create the key, under which name the tool takes its ARN, how to change it."""
    call = f"aws kms create-key --cli-input-json file://{format_}/create-key.json"
    made = f"{tool} cannot create a key of this spec and origin yet: create it with `{call}` and give its ARN as `{given}`"
    later = " and ".join(f"`aws kms {name}`" for name in ("update-key-description", "tag-resource", "untag-resource"))
    return f"{made}; what the file says of description and tags later takes {later}"

"""A moto server for the tests: moto with the gaps closed in which KMS differs from what the rendered files rely on.

What is closed: replicas share their primary's state and drop their own policy; the rotation period is dropped; an EXTERNAL key
starts enabled; CloudFormation keeps a key policy as an object, ignores a key's options and knows no replica; key specs newer than
moto; a Deny on DescribeKey refuses everyone; a grant's name does not make CreateGrant idempotent,
and ListGrants does not tell who issued a grant; IAM tells policies without URL encoding. What is refused beyond moto, as
KMS and IAM do: key policies that are no JSON, too long, or hold characters outside of PolicyType; grant requests with unknown
operations, bad names, no grantee or both constraints; managed policies that are too long, an eleventh of a role or user, any of a
role that AWS keeps. Of a role that the access key names, every call to KMS is authorized, and the lockout check made
(`kms_authorization.py`).

The account of a request is the end of its access key. Run as a program it listens on a free port of loopback, prints the port,
and ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from copy import copy
from typing import Any
from urllib.parse import quote

import botocore.session
from id_tag import ID_TAG, RAISED  # run as a program, from this folder
from kms_authorization import enforce  # as above
from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.models import IAMBackend, ManagedPolicy, iam_backends
from moto.iam.responses import IamResponse
from moto.kms import models as kms_models
from moto.kms.models import Alias, Grant, Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.utilities.utils import get_partition
from werkzeug.serving import make_server

KEY_POLICY_BYTES = 32768
MANAGED_POLICY_CHARACTERS = 6144
MANAGED_POLICIES = 10
POLICY_CHARACTERS = re.compile(r"[\t\n\r\x20-\xff]*\Z")
GRANT_NAME = re.compile(r"[a-zA-Z0-9:/_-]{1,256}\Z")
PRINCIPAL = re.compile(r"[\w+=,.@:/-]{1,256}\Z")
SHAPES = botocore.session.get_session().get_service_model("kms")
OPERATIONS = frozenset(SHAPES.shape_for("GrantOperation").enum)
KEY_SPECS = frozenset(SHAPES.shape_for("KeySpec").enum)


def refuse(code: str, message: str) -> JsonRESTError:
    """Build the error with which KMS answers."""
    return JsonRESTError(code, message)


def account_of_request(self: BaseResponse) -> str:
    """Return the account of a request: the last twelve characters of its access key."""
    return self.get_access_key()[-12:]


BaseResponse.get_current_account = account_of_request

# --- keys ---------------------------------------------------------------------------------------------------------------


def checked_policy(policy: Any) -> str:
    """Return a key policy as text, or refuse it as PutKeyPolicy would."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, TypeError, KeyError) as error:
        raise refuse("MalformedPolicyDocumentException", "the policy is not a policy") from error
    if not POLICY_CHARACTERS.match(text):
        raise refuse("ValidationException", "a character outside of PolicyType")
    if len(text.encode()) > KEY_POLICY_BYTES:
        raise refuse("LimitExceededException", "the key policy is too long")
    if not all("Principal" in statement or "NotPrincipal" in statement for statement in statements):
        raise refuse("MalformedPolicyDocumentException", "a statement without a Principal")
    return text


moto_create_key, moto_put_key_policy, moto_key = KmsBackend.create_key, KmsBackend.put_key_policy, Key.__init__


def create_key(self: KmsBackend, policy: Any, *args: Any, **options: Any) -> Key:
    """Create a key, its policy checked; under the id of its tag ID_TAG, if it has one."""
    key = moto_create_key(self, checked_policy(policy) if policy else None, *args, **options)
    wanted = next(
        (tag["TagValue"] for tag in self.tagger.list_tags_for_resource(key.id)["Tags"] if tag["TagKey"] == ID_TAG), None
    )
    if wanted:
        self.tagger.delete_all_tags_for_resource(key.id)
        del self.keys[key.id]
        key.arn = key.arn.replace(key.id, wanted)
        key.id = wanted
        self.keys[wanted] = key
    return key


def start_key(self: Key, *args: Any, **options: Any) -> None:
    """Start as moto does; a key of origin EXTERNAL waits for its material."""
    moto_key(self, *args, **options)
    self.rotation_period = 365
    if self.origin == "EXTERNAL":
        self.enabled, self.key_state = False, "PendingImport"


def check_key_spec(_self: KmsBackend, key_spec: str) -> None:
    """Take every key spec of the SDK."""
    if key_spec not in KEY_SPECS:
        raise refuse("ValidationException", f"no key spec {key_spec}")


def replicate_key(self: KmsBackend, key_id: str, replica_region: str) -> Key:
    """Make a replica with a state of its own."""
    primary = self.keys[self.get_key_id(key_id)]
    replica = copy(primary)
    replica.region = replica_region
    replica.arn = primary.arn.replace(f":{self.region_name}:", f":{replica_region}:")
    replica.description, replica.policy = "", replica.generate_default_policy()
    replica.grants, replica.aliases, replica.rotations = {}, {}, []
    related = primary.multi_region_configuration
    if replica_region not in [one["Region"] for one in related["ReplicaKeys"]]:
        related["ReplicaKeys"].append({"Arn": replica.arn, "Region": replica_region})
    replica.multi_region_configuration = {**related, "MultiRegionKeyType": "REPLICA"}
    kms_backends[self.account_id][replica_region].keys[replica.id] = replica
    return replica


def answer_replicate_key(self: KmsResponse) -> str:
    """Answer ReplicateKey, with the policy, description and tags of the request."""
    self._validate_key_id(self._get_param("KeyId"))
    region = self._get_param("ReplicaRegion")
    replica = self.kms_backend.replicate_key(self._get_param("KeyId"), region)
    configure_replica(replica, self._get_param("Policy"), self._get_param("Description"), self._get_param("Tags"))
    return json.dumps({"ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"], "ReplicaPolicy": replica.policy})


def configure_replica(replica: Key, policy: Any, description: str | None, tags: Any) -> None:
    """Give a replica what a request or a template says of it."""
    if policy:
        replica.policy = checked_policy(policy)
    replica.description = description or ""
    if tags:
        kms_backends[replica.account_id][replica.region].tag_resource(replica.id, kms_tags(tags))


def kms_tags(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return tags as KMS spells them; CloudFormation says Key and Value."""
    return [
        {"TagKey": tag.get("TagKey", tag.get("Key", "")), "TagValue": tag.get("TagValue", tag.get("Value", ""))} for tag in tags
    ]


moto_enable_rotation, moto_rotation_status = KmsResponse.enable_key_rotation, KmsResponse.get_key_rotation_status


def enable_key_rotation(self: KmsResponse) -> str:
    """Keep the rotation period."""
    answer = moto_enable_rotation(self)
    key = self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
    key.rotation_period = self._get_param("RotationPeriodInDays") or 365
    return answer


def get_key_rotation_status(self: KmsResponse) -> str:
    """Tell the rotation period."""
    status = json.loads(moto_rotation_status(self))
    if status["KeyRotationEnabled"]:
        status["RotationPeriodInDays"] = self.kms_backend.keys[
            self.kms_backend.get_key_id(self._get_param("KeyId"))
        ].rotation_period
    return json.dumps(status)


Key.__init__ = start_key
KmsBackend.create_key = create_key
KmsBackend.put_key_policy = lambda self, key_id, policy: moto_put_key_policy(self, key_id, checked_policy(policy))
KmsBackend._KmsBackend__ensure_valid_key_spec = check_key_spec
KmsBackend.replicate_key = replicate_key
KmsResponse.replicate_key = answer_replicate_key
KmsResponse.enable_key_rotation = enable_key_rotation
KmsResponse.get_key_rotation_status = get_key_rotation_status
KmsResponse._validate_key_policy = lambda _self, _key_id, _action: None
kms_models.generate_private_key = lambda _spec: b""  # no test signs; RSA keys take seconds


# --- grants -------------------------------------------------------------------------------------------------------------


def create_grant(self: KmsResponse) -> str:
    """Create a grant as KMS does: a valid request only, and none where one of this name and content is there."""
    request = {name: self._get_param(name) for name in SHAPES.operation_model("CreateGrant").input_shape.members}
    request = {name: value for name, value in request.items() if value is not None}
    # Terraform's provider sends the constraint that a grant does not have as an empty one.
    request["Constraints"] = {name: value for name, value in request.get("Constraints", {}).items() if value}
    check_grant(request)
    key = self.kms_backend.keys.get(self.kms_backend.get_key_id(request.pop("KeyId")))
    if key is None:
        raise refuse("NotFoundException", "no such key")
    for grant in key.grants.values():
        if request.get("Name") and grant.request == request:
            return json.dumps({"GrantId": grant.id, "GrantToken": grant.token})
    grant = key.add_grant(
        request.get("Name"),
        request.get("GranteePrincipal"),
        request["Operations"],
        request.get("Constraints"),
        request.get("RetiringPrincipal"),
    )
    grant.request = request
    grant.issuing_account = f"arn:aws:iam::{self.current_account}:root"
    return json.dumps({"GrantId": grant.id, "GrantToken": grant.token})


def check_grant(request: dict[str, Any]) -> None:
    """Refuse what the CreateGrant of KMS refuses for its form."""
    unknown = set(request["Operations"]) - OPERATIONS
    grantees = [request[name] for name in ("GranteePrincipal", "GranteeServicePrincipal") if name in request]
    constraints = request.get("Constraints", {})
    problems = {
        f"unknown operations {sorted(unknown)}": bool(unknown or not request["Operations"]),
        "not one grantee": len(grantees) != 1 or not PRINCIPAL.match(grantees[0]),
        "a bad name": not GRANT_NAME.match(request.get("Name", "x")),
        "both encryption context constraints": {"EncryptionContextEquals", "EncryptionContextSubset"} <= constraints.keys(),
        "a service grantee without SourceArn": "GranteeServicePrincipal" in request and "SourceArn" not in constraints,
    }
    if found := [problem for problem, holds in problems.items() if holds]:
        raise refuse("ValidationException", ", ".join(found))


def grant_entry(self: Grant) -> dict[str, Any]:
    """Return a grant as ListGrants prints it: without what it does not have."""
    given = {name: value for name, value in self.request.items() if value}
    return {"KeyId": self.key_id, "GrantId": self.id, "IssuingAccount": self.issuing_account, **given}


KmsResponse.create_grant = create_grant
Grant.to_json = grant_entry
enforce(KmsResponse, tuple(SHAPES.operation_names), refuse)


# --- IAM ----------------------------------------------------------------------------------------------------------------

moto_create_policy = IAMBackend.create_policy


def create_policy(self: IAMBackend, description: str, path: str, policy_document: Any, *args: Any, **options: Any) -> Any:
    """Create a managed policy of a size and with characters that IAM takes."""
    text = policy_document if isinstance(policy_document, str) else json.dumps(policy_document)
    size = len(json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False))
    if size > MANAGED_POLICY_CHARACTERS or not POLICY_CHARACTERS.match(text):
        raise refuse("MalformedPolicyDocument", "the policy is too long or holds a character that IAM refuses")
    return moto_create_policy(self, description, path, policy_document, *args, **options)


moto_attach_role_policy, moto_attach_user_policy = IAMBackend.attach_role_policy, IAMBackend.attach_user_policy


def attach_role_policy(self: IAMBackend, policy_arn: str, role_name: str) -> None:
    """Attach a managed policy to a role that no service keeps, and that has fewer than IAM attaches by default."""
    role = self.get_role(role_name)
    if role_name.startswith("AWSReservedSSO_") or role.path.startswith(("/aws-reserved/", "/aws-service-role/")):
        raise refuse("UnmodifiableEntity", f"cannot perform the operation on the protected role {role_name}")
    refuse_more_policies(self, role.managed_policies, policy_arn)
    moto_attach_role_policy(self, policy_arn, role_name)


def attach_user_policy(self: IAMBackend, policy_arn: str, user_name: str) -> None:
    """Attach a managed policy to a user that has fewer than IAM attaches by default."""
    refuse_more_policies(self, self.get_user(user_name).managed_policies, policy_arn)
    moto_attach_user_policy(self, policy_arn, user_name)


def refuse_more_policies(backend: IAMBackend, attached: Any, policy_arn: str) -> None:
    """Refuse a managed policy beyond the default quota, but in an account that had it raised, which its alias says."""
    if RAISED not in backend.account_aliases and len(attached) >= MANAGED_POLICIES and policy_arn not in attached:
        raise refuse("LimitExceeded", f"cannot exceed quota for PoliciesPerRole: {MANAGED_POLICIES}")


def get_policy_version(self: IamResponse) -> ActionResult:
    """Tell a policy as IAM does, URL-encoded: who decodes what moto tells reads another one, or none."""
    told = copy(self.backend.get_policy_version(self._get_param("PolicyArn"), self._get_param("VersionId")))
    told.document = quote(told.document, safe="")
    return ActionResult({"PolicyVersion": told})


IamResponse.get_policy_version = get_policy_version
IAMBackend.create_policy = create_policy
IAMBackend.attach_role_policy = attach_role_policy
IAMBackend.attach_user_policy = attach_user_policy


# --- CloudFormation -----------------------------------------------------------------------------------------------------


def key_from_template(_name: str, resource: Any, account_id: str, region_name: str, **_options: Any) -> Key:
    """Create an AWS::KMS::Key with all its properties."""
    given = resource["Properties"]
    key = kms_backends[account_id][region_name].create_key(
        given.get("KeyPolicy"),
        given.get("KeyUsage", "ENCRYPT_DECRYPT"),
        given.get("KeySpec", "SYMMETRIC_DEFAULT"),
        given.get("Description"),
        kms_tags(given.get("Tags", [])),
        str(given.get("MultiRegion", False)).lower() == "true",
        given.get("Origin", "AWS_KMS"),
    )
    key.key_rotation_status = str(given.get("EnableKeyRotation", False)).lower() == "true"
    key.rotation_period = int(given.get("RotationPeriodInDays", 365))
    return key


# What CloudFormation can only change by taking another key, with its defaults (User Guide: "Update requires: Replacement").
FIXED = {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": False}


def update_key(original_resource: Key, cloudformation_json: Any, account_id: str, region_name: str, **_options: Any) -> Key:
    """Change an AWS::KMS::Key in place; what takes another key is refused, for no edit of the tests may."""
    given, key, backend = cloudformation_json["Properties"], original_resource, kms_backends[account_id][region_name]
    now = {"KeySpec": key.key_spec, "KeyUsage": key.key_usage, "Origin": key.origin, "MultiRegion": key.multi_region}
    for name, default in FIXED.items():
        if str(given.get(name, default)).lower() != str(now[name]).lower():
            raise refuse("Replacement", f"{name} would take another key")
    change_key(backend, key, given)
    key.key_rotation_status = str(given.get("EnableKeyRotation", False)).lower() == "true"
    key.rotation_period = int(given.get("RotationPeriodInDays", 365))
    return key


def change_key(backend: KmsBackend, key: Key, given: Any) -> None:
    """Put policy, description and tags as a template has them."""
    backend.put_key_policy(key.id, given["KeyPolicy"])
    key.description = given.get("Description", "")
    backend.untag_resource(key.id, [tag["TagKey"] for tag in backend.list_resource_tags(key.id)["Tags"]])
    backend.tag_resource(key.id, kms_tags(given.get("Tags", [])))


class ReplicaKey(CloudFormationModel):
    """AWS::KMS::ReplicaKey."""

    __module__ = "moto.kms.models"  # moto reads the service off the module's name

    def __init__(self, key: Key) -> None:
        self.key = key

    @staticmethod
    def cloudformation_name_type() -> str:
        """Name no property: moto must not invent a name."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Name the resource type."""
        return "AWS::KMS::ReplicaKey"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell what GetAtt can ask for."""
        return attr in ("Arn", "KeyId")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Answer GetAtt."""
        return {"Arn": self.key.arn, "KeyId": self.key.id}[attribute_name]

    @property
    def physical_resource_id(self) -> str:
        """Answer Ref."""
        return self.key.id

    @classmethod
    def create_from_cloudformation_json(
        cls,
        _resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_options: Any,
    ) -> ReplicaKey:
        """Replicate the key that the template names."""
        given = cloudformation_json["Properties"]
        primary = given["PrimaryKeyArn"]
        replica = kms_backends[account_id][primary.split(":")[3]].replicate_key(primary, region_name)
        configure_replica(replica, given["KeyPolicy"], given.get("Description"), given.get("Tags"))
        return cls(replica)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: ReplicaKey,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_options: Any,
    ) -> ReplicaKey:
        """Change the replica in place."""
        given = cloudformation_json["Properties"]
        if given["PrimaryKeyArn"].rpartition("/")[2] != original_resource.key.id:
            raise refuse("Replacement", "PrimaryKeyArn would take another key")
        change_key(kms_backends[account_id][region_name], original_resource.key, given)
        return original_resource


def update_policy(
    original_resource: ManagedPolicy, cloudformation_json: Any, account_id: str, region_name: str, **_options: Any
) -> ManagedPolicy:
    """Change an AWS::IAM::ManagedPolicy in place: its document, and to whom it is attached.

    Under another name one takes its place, and is made before it goes.
    """
    given, policy = cloudformation_json["Properties"], original_resource
    backend = iam_backends[account_id][get_partition(region_name)]
    name = given.get("ManagedPolicyName", policy.name)
    if name != policy.name:
        made = ManagedPolicy.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
        delete_policy(policy.arn, None, account_id, region_name)
        return made
    if given.get("Description") != policy.description:
        raise refuse("Replacement", "the description of a managed policy is fixed, and its name is taken")
    for version in [one.version_id for one in policy.versions if not one.is_default]:
        backend.delete_policy_version(policy.arn, version)
    backend.create_policy_version(policy.arn, json.dumps(given["PolicyDocument"]), "true")
    roles, users = given.get("Roles", []), given.get("Users", [])
    detach(backend, policy.arn, keep=(*roles, *users))
    for name in roles:
        backend.attach_role_policy(policy.arn, name)
    for name in users:
        backend.attach_user_policy(policy.arn, name)
    return policy


def delete_policy(arn: str, _resource: Any, account_id: str, region_name: str) -> None:
    """Detach an AWS::IAM::ManagedPolicy from whom its stack attached it to, and delete it."""
    backend = iam_backends[account_id][get_partition(region_name)]
    detach(backend, arn, keep=())
    backend.delete_policy(arn)


def detach(backend: IAMBackend, arn: str, keep: Any) -> None:
    """Detach a managed policy from every role and user but those of some names."""
    for role in [one for one in backend.roles.values() if arn in one.managed_policies and one.name not in keep]:
        backend.detach_role_policy(arn, role.name)
    for user in [one for one in backend.users.values() if arn in one.managed_policies and one.name not in keep]:
        backend.detach_user_policy(arn, user.name)


def update_alias(original_resource: Alias, cloudformation_json: Any, account_id: str, region_name: str, **_options: Any) -> Alias:
    """Change an AWS::KMS::Alias: one of another name takes its place, and is made before it goes."""
    given, backend = cloudformation_json["Properties"], kms_backends[account_id][region_name]
    name, target = given["AliasName"], given["TargetKeyId"]
    if name == original_resource.alias_name:
        return backend.update_alias(alias_name=name, target_key_id=target)
    made = backend.create_alias(alias_name=name, target_key_id=target)
    backend.delete_alias(original_resource.alias_name)
    return made


Alias.update_from_cloudformation_json = staticmethod(update_alias)
Key.create_from_cloudformation_json = staticmethod(key_from_template)
Key.update_from_cloudformation_json = staticmethod(update_key)
ManagedPolicy.update_from_cloudformation_json = staticmethod(update_policy)
ManagedPolicy.delete_from_cloudformation_json = staticmethod(delete_policy)


def main() -> None:
    """Serve until standard input ends: no server outlives the test run that started it."""
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()

"""What templates are filled in with, every field of it the same text."""

from __future__ import annotations

from typing import Any, TypeVar

from kmsgen.policy.bundle import Creation, Key, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.render.cloudformation import Template
from kmsgen.render.grant_calls import GrantCall
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.names import Holder
from kmsgen.render.references import KeyReference
from kmsgen.render.terraform.hcl import Expression
from kmsgen.render.terraform.module import GrantResource, KeyPolicyResource, Module, NamedPrincipals
from tests.unit.render.bundles import NEW_ARN
from tests.unit.render.texts import NASTY

# Neither a word nor a number in any language, so that it is quoted wherever it stands.
PLAIN = "PLAIN TEXT"
HOSTILE = tuple(text for text in NASTY if text)
# What kmsgen chooses from a table of its own: the template of a resource, a variable, a kind of principal.
CHOSEN = ("key_type", "given", "kind", "label")
Value = TypeVar("Value")

ROLE = Holder("x", "x", "role", "x", "x", "x")
DOCUMENT = Document(
    (
        Statement(
            Effect.ALLOW,
            ("x", "x"),
            ("x",),
            (Principal("AWS", "x"), Principal("Service", "x")),
            (Condition("x", "x", ("x", "x")),),
            "x",
        ),
        Statement(Effect.DENY, ("x",), ("x",), None, (), None, not_action=True, not_resource=True),
    ),
    id="x",
)
POLICIES = (
    IdentityPolicy("role_x", "x", "x", DOCUMENT, ROLE),
    IdentityPolicy("user_x", "x", "x", DOCUMENT, ROLE._replace(kind="user")),
)
ACCESS = KeyAccess(Key("x", "x", "x", "x"), DOCUMENT, creation=Creation("x", "x", 90, 7, (("x", "x"),)))
GRANT = Grant("x", "x", ("x", "x"), GrantConstraints((("x", "x"),), (("x", "x"),), "x"), retiring="x", name="x")

KEY_TYPES = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key")
REFERENCE = KeyReference(NEW_ARN, Expression("aws_kms_key.this.arn"), Expression("aws_kms_key.this.id"))
MODULE = Module(
    "x",
    "x",
    "x",
    "x",
    created=ACCESS,
    alias="x",
    puts_out_key=True,
    key_policies=(KeyPolicyResource("this", "x", DOCUMENT),),
    policies=POLICIES,
    grants=(GrantResource("x", "x", "x", "x", "x", "x", ("x", "x"), {"x": "x"}, {"x": "x"}),),
    named=(NamedPrincipals("role", {"x": "x"}), NamedPrincipals("user", {"x": "x"})),
)


def filled(value: Value, text: str) -> Value:
    """Return the value with `text` for every text in it, names of mappings included, but for what is chosen from a table."""
    result: Any = value
    if type(value) is str:
        result = text
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        names = (name for name in value._fields if name not in CHOSEN)
        result = value._replace(**{name: filled(getattr(value, name), text) for name in names})
    elif isinstance(value, tuple):
        result = tuple(filled(item, text) for item in value)
    elif isinstance(value, dict):
        result = {filled(name, text): filled(item, text) for name, item in value.items()}
    return result


def modules(text: str) -> list[Module]:
    """Return a Terraform module with every resource that there is, for each type of key and each variable."""
    module = filled(MODULE, text)._replace(reference=REFERENCE)
    given = ("key_arn", "primary_key_arn", "key_arn", "primary_key_arn")
    return [module._replace(key_type=type_, given=name) for type_, name in zip(KEY_TYPES, given, strict=True)]


def templates(text: str) -> list[Template]:
    """Return a CloudFormation template with every resource that there is, for each type of key, and for a given key."""
    reference = REFERENCE._replace(arn={"Ref": "KeyArn"}, id={"Ref": "KeyId"})
    labelled = tuple(policy._replace(label=f"{text} {number}") for number, policy in enumerate(filled(POLICIES, text)))
    template = Template(text, text, text, text, filled(ACCESS, text), "aws-kms-key", text, "KeyArn", reference, labelled)
    replica = template._replace(key_type="aws-kms-replicakey", given="PrimaryKeyArn")
    return [template, replica, template._replace(created=None)]


def calls(text: str) -> list[GrantCall]:
    """Return a grant on a key that exists, and one on a key to create."""
    call = filled(GrantCall("x", "x", "x", GRANT), text)
    return [call, call._replace(key_arn="")]


def ended(text: str) -> list[tuple[str, str, str]]:
    """Return grants to revoke: the ARN of a key that exists, or none of one to create, the Region and the name."""
    return [(text, text, text), ("", text, text)]

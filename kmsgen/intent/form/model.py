"""What users write, field by field: the form of an intent before it is resolved.

Every scalar arrives as text, a boolean or nothing (see kmsgen.reading). These models say the form only: which fields there
are, and which hold texts, lists and mappings; what the texts mean is checked by `kmsgen.intent.resolve`. Field descriptions are
the ones that editors show. pydantic builds the validator of a whole file when the first one is read (`defer_build`), and its
models from annotations that are no texts: each text would have to be evaluated.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from kmsgen.intent.form.field_types import (
    AccountId,
    AccountIds,
    ByWord,
    ConditionValues,
    ConstraintWords,
    Delegation,
    DeletionDays,
    FreeText,
    FreeTexts,
    IamWay,
    IntentName,
    KeyPolicyWay,
    Name,
    OneLineOrMore,
    OnlyOn,
    Partition,
    RotationDays,
    Schema,
    Texts,
    Version,
)
from kmsgen.intent.form.shorthand import as_field, as_name


class FilePart(BaseModel):
    """A mapping of the file."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, frozen=True)


def _offer_text(schema: Schema) -> None:
    """Offer a text beside the mapping it is short for."""
    full = dict(schema)
    schema.clear()
    schema.update({"anyOf": [{"type": "string"}, full]})


class ScopeFile(FilePart):
    """Where the intent holds."""

    account: AccountId = Field(description="account id of the key, 12 digits")
    regions: Texts | None = Field(None, description="Regions; none: every Region. A key to create needs one, its own")
    new_regions: Texts | None = Field(None, description="Regions that AWS opened since, which this kmsgen does not know")
    partition: Partition = Field("aws", description="aws, aws-cn, aws-us-gov or aws-eusc")
    organization: str | None = Field(None, description="id of the AWS organization, o-...")
    deployer: str | None = Field(None, description="principal who runs Terraform or CloudFormation, such as role/platform-ci")


class KeyFile(FilePart):
    """A key to create."""

    alias: str | None = Field(None, description="alias, with or without `alias/` before it")
    description: FreeText = Field("", description="description of the key")
    spec: str = Field("SYMMETRIC_DEFAULT", description="key spec")
    usage: str | None = Field(None, description="key usage, where the spec has several")
    origin: str = Field("AWS_KMS", description="AWS_KMS, or EXTERNAL for imported key material")
    rotation_days: RotationDays | None = Field(
        None, description="days between automatic rotations, 90 to 2560; symmetric encryption keys only"
    )
    deletion_window_days: DeletionDays | None = Field(
        None, description="days between the request to delete the key and its deletion, 7 to 30"
    )
    multi_region: bool = Field(default=False, description="whether the key is a multi-Region primary key")
    replicas: Texts | None = Field(None, description="Regions of the replicas of a multi-Region key")
    tags: dict[str, FreeText] = Field(default_factory=dict, description="tags of the key")


class GrantWhenFile(FilePart):
    """What the grants that kms:CreateGrant of the line makes must be."""

    operations: Texts | None = Field(None, description="no operations of the grant but these")
    grantees: Texts | None = Field(None, description="its grantee: one of these principals, or of these AWS services")
    retiring: Texts | None = Field(None, description="who may retire it: one of these principals, or of these AWS services")
    constraint: ConstraintWords | None = Field(None, description="its constraint on the encryption context: equals, subset")
    for_aws: bool | None = Field(None, description="true: only for a resource of an AWS service; false: only others")


class WhenFile(FilePart):
    """What must hold of a request, all of it; lists give alternatives."""

    encryption_context: dict[str, FreeTexts] | None = Field(None, description="pairs that the encryption context must hold")
    via: Texts | None = Field(None, description="only through these AWS services, as kms:ViaService names them: s3, ec2, rds")
    from_: str | None = Field(None, alias="from", description="from this instant on: a date, or date and time with zone")
    until: str | None = Field(
        None, description="before this instant: a date (its first moment in UTC), or date and time with zone"
    )
    source_vpce: Texts | None = Field(None, description="only through these VPC endpoints, vpce-...")
    source_ip: Texts | None = Field(None, description="only from these addresses or networks (CIDR)")
    mfa: bool | None = Field(None, description="true: only with multi-factor authentication")
    request_alias: Texts | None = Field(None, description="only if the request names the key by one of these aliases")
    principal_tags: dict[str, FreeTexts] | None = Field(None, description="tags that the principal must carry")
    organization: Texts | None = Field(None, description="only principals of these organizations, o-...")
    grant: GrantWhenFile | None = Field(None, description="what the grants must be that kms:CreateGrant of the line makes")
    conditions: dict[str, dict[str, ConditionValues]] | None = Field(
        None, description="raw condition blocks: operator, condition key, values"
    )


class AdminFile(FilePart):
    """One line of `admins`: a principal who runs the key and does not use it."""

    model_config = ConfigDict(json_schema_extra=_offer_text)

    principal: Texts = Field(
        description="user/N, role/N (`*`: all that match), account, account/ID, account/*, organization, or a full ARN"
    )
    can: Texts | None = Field(None, description="capability words or exact actions; none: the administrator set")
    when: WhenFile | None = None

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, value: object) -> object:
        return as_field("principal", value)


class UserFile(FilePart):
    """One line of `users`: a principal and what it may do."""

    principal: Texts = Field(
        description="user/N, role/N (`*`: all that match), account, account/ID, account/*, organization, or a full ARN"
    )
    can: Texts = Field(description="capability words, or exact actions such as kms:Encrypt")
    when: WhenFile | None = None
    only_on: OnlyOn | None = Field(None, description="of an action on alias and key, only the half on these: key, alias")


def _offer_service(schema: Schema) -> None:
    """Offer the text alone; a mapping names a service or a principal."""
    _offer_text(schema)
    schema["anyOf"][1]["oneOf"] = [{"required": ["service"]}, {"required": ["principal"]}]


class ServiceFile(FilePart):
    """One line of `services`: an AWS service that uses the key."""

    model_config = ConfigDict(json_schema_extra=_offer_service)

    service: Name = Field(None, description="id or short name in the catalogue of services, or via/NAME of kms:ViaService")
    principal: Name = Field(None, description="in place of `service`: a service principal that the catalogue lacks")
    resources: Texts | None = Field(None, description="ARNs the service acts for; `*` may stand for parts of the resource")
    source_account: AccountIds | None = Field(None, description="accounts of these resources")
    source_organization: Texts | None = Field(
        None, description="organizations or units whose accounts' resources it acts for: organization, organization/o-ID"
    )
    principals: ByWord | None = Field(None, description="principals who use the key through the service, by the service's words")
    can: Texts | None = Field(None, description="capability words or exact actions; none: those of the service's page")
    when: WhenFile | None = None
    variables: dict[str, FreeText] = Field(
        default_factory=dict, description="values for the placeholders of the service's statements"
    )

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, value: object) -> object:
        return as_field("service", value)

    @model_validator(mode="after")
    def _names_one(self) -> "ServiceFile":
        if (self.service is None) is (self.principal is None):
            raise PydanticCustomError("no-service" if self.service is None else "two-services", "expected one of two fields")
        return self


class ConstraintsFile(FilePart):
    """What a request under a grant must carry."""

    encryption_context_equals: dict[str, FreeText] | None = Field(None, description="the encryption context is exactly this")
    encryption_context_subset: dict[str, FreeText] | None = Field(None, description="the encryption context holds these pairs")
    source_arn: str | None = Field(None, description="the ARN for which an AWS service makes the request")


class GrantFile(FilePart):
    """One line of `grants`."""

    name: str = Field(description="name of the grant: letters, digits, `_`, `-`")
    grantee: str = Field(description="principal, or an AWS service such as logs.us-west-2.amazonaws.com")
    operations: Texts = Field(description="grant operations such as Decrypt")
    constraints: ConstraintsFile | None = None
    retiring_principal: str | None = Field(None, description="principal or AWS service that may retire the grant")


class GuardRailOptions(FilePart):
    """Whom a guard rail spares, and whom alone it denies; of `deny` what, and under which conditions."""

    except_: Texts | None = Field(None, alias="except", description="principals whom it does not deny")
    for_: Texts | None = Field(
        None, alias="for", description="the only principals whom it denies: users and roles of this account"
    )
    actions: Texts | None = Field(None, description="of `deny`: exact actions or capability words; none: every action")
    when: WhenFile | None = Field(None, description="of `deny`: the conditions under which it denies; none: always")


class GuardRailFile(RootModel):  # type: ignore[type-arg]  # with a parameter pydantic builds two models
    """One line of `guardrails`: its name, alone or with whom it spares."""

    root: Annotated[dict[str, GuardRailOptions | None], Field(min_length=1, max_length=1)]
    model_config = ConfigDict(strict=True, defer_build=True, json_schema_extra=_offer_text)

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, value: object) -> object:
        return as_name(value)


class NeverFile(FilePart):
    """One line of `never`: what must be impossible whatever else the file says."""

    principal: Texts = Field(description="principal or pattern of principals, an AWS service, or `*`")
    actions: Texts = Field(description="exact actions, patterns such as kms:Re*, or capability words")


class PartialIntentFile(FilePart):
    """What can be read of an intent that is wrong: fields that it must have may be missing."""

    kmsgen: Version | None = None
    name: IntentName | None = None
    keys: Texts | None = Field(None, description='ARNs of keys that exist, or "*": every key in scope')
    spec: str | None = Field(None, description="key spec of the keys that exist")
    usage: str | None = Field(None, description="key usage of the keys that exist")
    origin: str | None = Field(None, description="origin of the keys that exist; none: any")
    multi_region: bool | None = Field(None, description="whether the keys that exist are multi-Region keys; none: either")
    key_policy: KeyPolicyWay = Field(
        "write", description="write, or keep: keys that exist keep theirs, only IAM policies are written"
    )
    delegation: Delegation = Field("key-policy", description="where the permissions of this account's principals live")
    iam: IamWay | None = Field(
        None, description="who attaches the IAM policies: attach, what is rendered does; write, whoever keeps the roles does"
    )
    extends: Texts | None = Field(None, description="files whose content this file extends; paths relative to this file")
    scope: ScopeFile | None = None
    key: KeyFile | None = Field(None, description="a key to create")
    admins: Annotated[list[AdminFile], OneLineOrMore()] | None = Field(None, description="who runs the key")
    users: list[UserFile] | None = Field(None, description="who uses the key")
    services: Annotated[list[ServiceFile], OneLineOrMore()] | None = Field(None, description="AWS services that use the key")
    grants: list[GrantFile] | None = Field(None, description="grants on the key")
    guardrails: Annotated[list[GuardRailFile], OneLineOrMore()] | None = Field(None, description="explicit denies")
    never: list[NeverFile] | None = Field(None, description="what must be impossible, proved")


class IntentFile(PartialIntentFile):
    """Who may do what with one AWS KMS key, with keys that exist, or with every key."""

    kmsgen: Version = Field(description="version of this format: 1")
    name: IntentName = Field(description="name of the intent and of the folder of its files: letters, digits, `.`, `_`, `-`")
    scope: ScopeFile

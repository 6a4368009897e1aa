"""Which requests AWS sends each condition key with, and what is known of a key that a request does not tell."""

from __future__ import annotations

from itertools import product

import pytest

from kmsgen.catalogue import _availability
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.availability import ORIGINS, Availability, Occurrence, Presence, PrincipalKind, Route, Untold, availability
from kmsgen.catalogue.condition_keys import CONDITION_KEYS, DISPUTED

USER, ROLE, WEB, SAML, FEDERATED, ROOT, SERVICE, LINKED = PrincipalKind
DIRECT, ENDPOINT, FORWARD, BY_ITSELF = Route
ALWAYS, SOMETIMES, NEVER, CONTRADICTION, UNDOCUMENTED = Presence
ABSENT, OPEN, DERIVED = Untold

BEYOND_THE_CATALOGUE = ("accounts.google.com:hd", "saml:aud", "sts:ExternalId", "iam:PassedToService")


def member(name: str) -> str:
    """Return a key, or a member of a family."""
    return f"{name}app" if name.endswith((":", "/")) else name


def row(key: str) -> Availability:
    """Return the row of a key, which must be there."""
    found = availability(key)
    assert found is not None, key
    return found


def occurrence(key: str, kind: PrincipalKind, route: Route = DIRECT, action: str = "Decrypt") -> Occurrence:
    """Return how a key occurs in a request."""
    return row(key).occurrence(kind, route, action)


EVERY_KEY = [*map(member, CONDITION_KEYS), *BEYOND_THE_CATALOGUE]
EVERY_ROW = [row(key) for key in EVERY_KEY]
# One of each: what all platform configuration registers share is asked once.
_REGISTER = "kms:recipientattestation:"
ROWS = [found for found in EVERY_ROW if not found.key.startswith(_REGISTER) or found.key.endswith((":pcr0", "name"))]


def test_every_key_has_a_row() -> None:
    """Each key of KMS, of all services and of sessions has a row, and so do those that never reach KMS: 170 in all."""
    assert len(set(EVERY_KEY)) == 170
    assert {found.key for found in EVERY_ROW} == {key.lower() for key in EVERY_KEY if not key.startswith("kms:CustomerMasterKey")}


def test_every_row_is_of_a_key() -> None:
    """No row stands for a key that the catalogue does not know."""
    known = {name.lower() for name in CONDITION_KEYS} | {"kms:recipientattestation:", "saml:", "sts:", "iam:"}
    assert {key for key in _availability.KEYS if not key.startswith("<oidc-provider>:")} <= known


@pytest.mark.parametrize("key", ["", "kms:Nope", "aws:Nope", "s3:prefix", "aws:PrincipalTag/", "kms:EncryptionContext:", "sts:"])
def test_a_key_that_nobody_knows_has_no_row(key: str) -> None:
    """Nothing is said about a key that no page has, nor about a family without a member."""
    assert availability(key) is None


def test_names_do_not_mind_case() -> None:
    """A key is found in any case, and names itself in lower case."""
    assert row("AWS:PrincipalTag/Team") == row("aws:principaltag/team")
    assert row("AWS:PrincipalTag/Team").key == "aws:principaltag/team"


def test_every_row_has_its_sources() -> None:
    """A row names the pages it is made from, and says what a key follows from in words and in one of the known ways."""
    for found in EVERY_ROW:
        assert found.how
        assert found.sources
        assert all(
            source.startswith(("IAM ", "KMS ", "Service Authorization Reference", "AWS Managed Policy Reference"))
            for source in found.sources
        )
        assert set(found.follows_from) <= set(ORIGINS)


def test_contradictions_and_silences_say_what_the_pages_say() -> None:
    """Where pages contradict each other both are quoted with their names; where they are silent, what comes nearest is."""
    for found, kind, route, action in product(
        EVERY_ROW, PrincipalKind, Route, ("Decrypt", "CreateGrant", "RetireGrant", "ListKeys")
    ):
        here = found.occurrence(kind, route, action)
        assert len(here.readings) >= {CONTRADICTION: 2, UNDOCUMENTED: 1}.get(here.presence, 0), (found.key, kind, route, action)
        assert bool(here.readings) is (here.presence in (CONTRADICTION, UNDOCUMENTED))
        assert all(source and says for source, says in here.readings)


def test_every_reading_is_used() -> None:
    """What pages say of a contradiction or silence belongs to a row."""
    used = {line[-1] for _from, _how, occurrences, *_ in _availability.ROWS for line in occurrences}
    assert used - {""} == set(_availability.READINGS)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_request_is_answered(action: str) -> None:
    """Every key has an answer for every caller by every route; what is never there is absent, what is always there is not."""
    for found, kind, route in product(ROWS, PrincipalKind, Route):
        here = found.occurrence(kind, route, action)
        assert here.why
        if here.presence is NEVER:
            assert here.untold is ABSENT
        if here.presence in (ALWAYS, CONTRADICTION, UNDOCUMENTED):
            assert here.untold is not ABSENT
        if here.presence in (CONTRADICTION, UNDOCUMENTED):
            assert here.untold is OPEN


def test_what_is_derived_follows_from_something() -> None:
    """A key that is derived untold has one value, or says what its value follows from."""
    for found in EVERY_ROW:
        derived = [each for each in found.occurrences if each.untold is DERIVED]
        assert all(found.follows_from or len(each.values) == 1 for each in derived), found.key


@pytest.mark.parametrize("kind", PrincipalKind)
@pytest.mark.parametrize("key", ["aws:CurrentTime", "aws:EpochTime", "aws:UserAgent"])
def test_the_time_and_the_client_are_always_there(key: str, kind: PrincipalKind) -> None:
    """aws:CurrentTime, aws:EpochTime and aws:UserAgent are in every request of everybody, and nothing tells them."""
    for route, action in product(Route, ACTIONS):
        here = occurrence(key, kind, route, action)
        assert (here.presence, here.untold) == (ALWAYS, OPEN)


def test_one_moment_has_two_names() -> None:
    """aws:CurrentTime and aws:EpochTime are there together."""
    assert row("aws:CurrentTime").implies == (("aws:epochtime", ""),)
    assert row("aws:EpochTime").implies == (("aws:currenttime", ""),)


ENDPOINT_KEYS = ("aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:VpceAccount", "aws:VpcSourceIp")


@pytest.mark.parametrize("key", ENDPOINT_KEYS)
def test_endpoint_keys_only_through_endpoints(key: str) -> None:
    """The keys of a VPC endpoint are always in what came through one, and never elsewhere; services do not carry them over."""
    found = {route: row(key).for_caller(USER, route, "Decrypt") for route in (DIRECT, ENDPOINT, FORWARD)}
    assert found == {DIRECT: NEVER, ENDPOINT: ALWAYS, FORWARD: NEVER}
    assert row(key).for_caller(SERVICE, ENDPOINT, "Decrypt") is NEVER
    assert {name for name, _value in row(key).implies} == {name.lower() for name in ENDPOINT_KEYS} - {key.lower()}
    assert row(key).excludes == ("aws:sourceip",)


def test_the_organization_of_an_endpoint_is_open() -> None:
    """Whether an endpoint's owner is in an organization, no request tells."""
    here = occurrence("aws:VpceOrgID", USER, ENDPOINT)
    assert (here.presence, here.untold) == (SOMETIMES, OPEN)
    assert occurrence("aws:VpceOrgPaths", USER, DIRECT).presence is NEVER


def test_source_ip() -> None:
    """aws:SourceIp is in direct calls, not in those through an endpoint; through a service two pages differ."""
    assert [occurrence("aws:SourceIp", USER, route).presence for route in (DIRECT, ENDPOINT, FORWARD)] == [
        ALWAYS,
        NEVER,
        CONTRADICTION,
    ]
    assert occurrence("aws:SourceIp", SERVICE, BY_ITSELF).untold is OPEN


def test_an_mfa_age_implies_mfa() -> None:
    """aws:MultiFactorAuthAge is there only where aws:MultiFactorAuthPresent is true."""
    assert row("aws:MultiFactorAuthAge").implies == (("aws:multifactorauthpresent", "true"),)


def test_mfa() -> None:
    """A user's access keys carry no MFA keys, other credentials do; of AssumeRole two pages differ; federation is never true."""
    key = "aws:MultiFactorAuthPresent"
    assert (occurrence(key, USER).presence, occurrence(key, USER).untold) == (SOMETIMES, ABSENT)
    assert occurrence(key, USER, FORWARD).presence is ALWAYS
    assert occurrence(key, ROLE).presence is CONTRADICTION
    assert occurrence("aws:MultiFactorAuthAge", ROLE).presence is CONTRADICTION
    for kind in (WEB, SAML, FEDERATED):
        assert occurrence(key, kind).values == ("false",)
        assert occurrence("aws:MultiFactorAuthAge", kind).presence is NEVER


@pytest.mark.parametrize(
    "key", ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "kms:CallerAccount"]
)
def test_what_services_hold_of_a_principal_is_open(key: str) -> None:
    """The principal's keys are in the requests of service principals too; what they hold there is not documented."""
    here = occurrence(key, SERVICE, BY_ITSELF)
    assert (here.presence, here.untold, here.values, here.shape) == (ALWAYS, OPEN, (), "")


@pytest.mark.parametrize("kind", [kind for kind in PrincipalKind if kind is not SERVICE])
def test_the_arn_gives_account_and_type(kind: PrincipalKind) -> None:
    """The ARN of an IAM principal gives its ARN, account and type."""
    for key in ("aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "kms:CallerAccount"):
        assert (occurrence(key, kind).presence, occurrence(key, kind).untold) == (ALWAYS, DERIVED)


USER_IDS = {
    USER: (OPEN, "AIDA*"),
    ROLE: (OPEN, "AROA*:${session}"),
    LINKED: (OPEN, "AROA*:${session}"),
    FEDERATED: (DERIVED, "${account}:${name}"),
    ROOT: (DERIVED, "${account}"),
}


@pytest.mark.parametrize("kind", USER_IDS)
def test_user_id(kind: PrincipalKind) -> None:
    """aws:userid is always there; the session's name ends that of a session, and an id has no colon."""
    here = occurrence("aws:userid", kind)
    assert (here.presence, here.untold, here.shape) == (ALWAYS, *USER_IDS[kind])


def test_user_name() -> None:
    """aws:username is of users only."""
    assert {kind: occurrence("aws:username", kind).presence for kind in PrincipalKind} == {
        kind: ALWAYS if kind is USER else NEVER for kind in PrincipalKind
    }


def test_every_session_has_an_issue_time() -> None:
    """aws:TokenIssueTime is in the requests of every session, and of a user only with temporary credentials."""
    for kind in (ROLE, WEB, SAML, FEDERATED, LINKED):
        assert occurrence("aws:TokenIssueTime", kind).untold is OPEN
    assert occurrence("aws:TokenIssueTime", USER).untold is ABSENT
    assert occurrence("aws:TokenIssueTime", USER, FORWARD).presence is ALWAYS
    assert occurrence("aws:TokenIssueTime", SERVICE, BY_ITSELF).presence is UNDOCUMENTED


@pytest.mark.parametrize("name", ["OrgID", "OrgPaths"])
def test_organizations_that_are_not_described_are_open(name: str) -> None:
    """Whether an account is in an organization, no request tells: of the caller, but a service principal, and of the key."""
    for kind in PrincipalKind:
        expected = (NEVER, ABSENT) if kind is SERVICE else (SOMETIMES, OPEN)
        here = occurrence(f"aws:Principal{name}", kind)
        assert (here.presence, here.untold) == expected
        key = occurrence(f"aws:Resource{name}", kind)
        assert (key.presence, key.untold) == (SOMETIMES, OPEN)


def test_tags_that_are_not_described_are_open() -> None:
    """The tags of a principal and of a key are theirs, not the request's; the root user and services have none."""
    for kind in (USER, ROLE, FEDERATED, LINKED):
        assert occurrence("aws:PrincipalTag/team", kind).untold is OPEN
    for kind in (ROOT, SERVICE):
        assert occurrence("aws:PrincipalTag/team", kind).presence is NEVER
    assert occurrence("aws:ResourceTag/team", USER).untold is OPEN


@pytest.mark.parametrize("key", ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"])
def test_source_keys_only_of_services(key: str) -> None:
    """aws:SourceArn and its like are in requests that a service principal makes for a resource, if its integration says so."""
    assert {kind for kind in PrincipalKind if occurrence(key, kind, BY_ITSELF).presence is not NEVER} == {SERVICE}
    assert occurrence(key, SERVICE, BY_ITSELF).presence is SOMETIMES


def test_names_of_services() -> None:
    """A service principal's name is one of aws:PrincipalServiceNamesList, whose others are not known."""
    assert occurrence("aws:PrincipalServiceName", SERVICE).untold is DERIVED
    here = occurrence("aws:PrincipalServiceNamesList", SERVICE)
    assert (here.presence, here.untold, here.shape) == (ALWAYS, OPEN, "${service}")
    assert CONDITION_KEYS["aws:PrincipalServiceNamesList"].multi_valued
    assert occurrence("aws:PrincipalServiceNamesList", ROLE).presence is NEVER


def test_which_way_a_call_came() -> None:
    """Forward access sessions have kms:ViaService and aws:CalledVia, services and their roles the former alone."""
    for key in ("kms:ViaService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"):
        assert occurrence(key, ROLE, FORWARD).presence is SOMETIMES
        assert {occurrence(key, ROLE, route).presence for route in (DIRECT, ENDPOINT)} == {NEVER}
        assert occurrence(key, LINKED, FORWARD).presence is (SOMETIMES if key == "kms:ViaService" else NEVER)
        assert occurrence(key, SERVICE).presence is (SOMETIMES if key == "kms:ViaService" else NEVER)
        assert ("aws:viaawsservice", "true") in row(key).implies


def test_via_aws_service() -> None:
    """aws:ViaAWSService is true through a service; of a direct call two pages differ, but it is never true."""
    assert (occurrence("aws:ViaAWSService", USER, FORWARD).untold, occurrence("aws:ViaAWSService", USER, FORWARD).values) == (
        DERIVED,
        ("true",),
    )
    here = occurrence("aws:ViaAWSService", USER, DIRECT)
    assert (here.presence, here.untold, here.values) == (CONTRADICTION, OPEN, ("false",))


def test_mcp() -> None:
    """No action of KMS is one of an MCP service."""
    assert {occurrence("aws:IsMcpServiceAction", kind, route).presence for kind in PrincipalKind for route in Route} == {NEVER}
    assert occurrence("aws:ViaAWSMCPService", USER, DIRECT).presence is CONTRADICTION
    assert occurrence("aws:CalledViaAWSMCP", USER, DIRECT).presence is NEVER


def test_what_ends_in_trust_policies() -> None:
    """Keys of STS, of IAM and of most claims are in no request to KMS; what a session keeps may be."""
    for key in ("sts:ExternalId", "iam:PassedToService", "saml:aud", "accounts.google.com:email"):
        assert {occurrence(key, kind).presence for kind in PrincipalKind} == {NEVER}
    assert occurrence("accounts.google.com:hd", WEB).presence is UNDOCUMENTED
    assert occurrence("cognito-identity.amazonaws.com:sub", WEB).presence is SOMETIMES
    assert occurrence("saml:sub", SAML).untold is OPEN
    assert occurrence("saml:sub", USER).presence is NEVER


SESSION_KEYS = (
    "ec2:SourceInstanceArn",
    "lambda:SourceFunctionArn",
    "codebuild:BuildArn",
    "glue:RoleAssumedBy",
    "aws:ChatbotSourceArn",
)


@pytest.mark.parametrize("key", SESSION_KEYS)
def test_what_sessions_carry_of_a_service(key: str) -> None:
    """A service's mark is in the requests of sessions that it made, and of nobody else."""
    assert {kind for kind in PrincipalKind if occurrence(key, kind).presence is not NEVER} == {ROLE}


def test_marks_of_instances_may_be_missing_at_kms() -> None:
    """Whether the mark of an EC2 instance reaches KMS through a service, the page leaves open."""
    assert occurrence("ec2:SourceInstanceArn", ROLE, FORWARD).presence is UNDOCUMENTED
    assert occurrence("lambda:SourceFunctionArn", ROLE, FORWARD).presence is SOMETIMES


def test_an_action_that_does_not_carry_a_key_never_has_it() -> None:
    """A kms: key is in requests of its actions only."""
    assert occurrence("kms:SigningAlgorithm", ROLE, action="Decrypt").presence is NEVER
    assert occurrence("kms:SigningAlgorithm", ROLE, action="kms:Sign").untold is OPEN
    assert occurrence("kms:KeySpec", ROLE, action="ListKeys").presence is NEVER
    assert occurrence("aws:ResourceTag/team", ROLE, action="ListAliases").presence is NEVER
    assert occurrence("aws:CurrentTime", ROLE, action="iam:CreateServiceLinkedRole").presence is ALWAYS


@pytest.mark.parametrize("key", ["kms:KeySpec", "kms:KeyUsage", "kms:KeyOrigin", "kms:MultiRegion"])
def test_what_is_of_the_key(key: str) -> None:
    """A key that is not described has a spec and an origin, only not a known one; CreateKey has defaults."""
    assert (occurrence(key, ROLE).presence, occurrence(key, ROLE).untold) == (ALWAYS, OPEN)
    assert occurrence(key, ROLE, action="CreateKey").untold is DERIVED
    assert row(key).default
    assert "key" in row(key).follows_from


def test_deprecated_names() -> None:
    """kms:CustomerMasterKeySpec and kms:CustomerMasterKeyUsage are kms:KeySpec and kms:KeyUsage."""
    assert row("kms:CustomerMasterKeySpec") == row("kms:KeySpec")
    assert row("kms:CustomerMasterKeyUsage") == row("kms:KeyUsage")


def test_parameters() -> None:
    """A required parameter that is not told is open; an optional one has its default where a page says so, else it is open."""
    assert occurrence("kms:MacAlgorithm", ROLE, action="GenerateMac").untold is OPEN
    assert (occurrence("kms:MessageType", ROLE, action="Sign").untold, row("kms:MessageType").default) == (DERIVED, "RAW")
    assert occurrence("kms:RotationPeriodInDays", ROLE, action="EnableKeyRotation").presence is UNDOCUMENTED
    assert occurrence("kms:ExpirationModel", ROLE, action="ImportKeyMaterial").untold is ABSENT
    assert occurrence("kms:KeyAgreementAlgorithm", ROLE, action="DeriveSharedSecret").values == ("ECDH",)


def test_tags_of_a_request() -> None:
    """TagResource and UntagResource fail without tags, so aws:TagKeys is there; CreateKey may have none."""
    assert occurrence("aws:TagKeys", ROLE, action="TagResource").presence is ALWAYS
    assert occurrence("aws:TagKeys", ROLE, action="UntagResource").presence is ALWAYS
    assert occurrence("aws:TagKeys", ROLE, action="CreateKey").untold is ABSENT
    assert occurrence("aws:RequestTag/team", ROLE, action="TagResource").untold is OPEN
    assert row("aws:RequestTag/team").implies == (("aws:tagkeys", ""),)


def test_encryption_contexts() -> None:
    """A request without a told encryption context has none; what RetireGrant's keys hold is not said (S8)."""
    for key in ("kms:EncryptionContext:app", "kms:EncryptionContextKeys"):
        assert occurrence(key, ROLE).untold is ABSENT
        assert occurrence(key, ROLE, action="CreateGrant").untold is OPEN
        assert occurrence(key, ROLE, action="RetireGrant").presence is UNDOCUMENTED


def test_grants() -> None:
    """A grant that is not told has a grantee of either kind, not of both, and operations; and nobody calls directly for AWS."""
    assert row("kms:GranteePrincipal").excludes == ("kms:granteeserviceprincipal",)
    assert row("kms:GranteeServicePrincipal").excludes == ("kms:granteeprincipal",)
    assert occurrence("kms:GranteePrincipal", ROLE, action="CreateGrant").untold is OPEN
    assert occurrence("kms:GrantOperations", ROLE, action="CreateGrant").presence is ALWAYS
    here = occurrence("kms:GrantIsForAWSResource", ROLE, action="CreateGrant")
    assert (here.presence, here.values) == (UNDOCUMENTED, ("false",))


def test_regions_and_accounts_follow_from_the_resource() -> None:
    """aws:RequestedRegion follows from a key's or alias's ARN; of an action without a resource nothing tells it."""
    assert occurrence("aws:RequestedRegion", ROLE).untold is DERIVED
    assert occurrence("aws:RequestedRegion", ROLE, action="ListKeys").untold is OPEN
    assert occurrence("aws:ResourceAccount", SERVICE, action="ListKeys").untold is OPEN
    assert occurrence("aws:ResourceAccount", ROLE, action="ListKeys").untold is DERIVED


def test_kms_takes_tls_only() -> None:
    """aws:SecureTransport is true in every request."""
    assert {occurrence("aws:SecureTransport", kind, route).values for kind in PrincipalKind for route in Route} == {("true",)}


@pytest.mark.parametrize("dispute", DISPUTED, ids=lambda found: f"{found.key} {found.actions[0]}")
def test_disputed_keys_are_contradictions_unless_settled(dispute: object) -> None:
    """Where sources differ about a key on an action (C11), it is a contradiction that quotes each; a settled one is none."""
    (found,) = [each for each in DISPUTED if each is dispute]
    for action in found.actions:
        here = occurrence(member(found.key), ROLE, FORWARD, action)
        assert (here.presence is CONTRADICTION) is not found.settled
        if not found.settled:
            assert {source for source, _says in here.readings} == {*found.given_by, *found.not_by}


def test_a_key_that_a_route_lacks_is_no_contradiction_there() -> None:
    """kms:ViaService is disputed on CreateKey, but a direct call has it in no reading."""
    assert occurrence("kms:ViaService", ROLE, DIRECT, "CreateKey").presence is NEVER
    assert occurrence("kms:ViaService", ROLE, FORWARD, "CreateKey").presence is CONTRADICTION

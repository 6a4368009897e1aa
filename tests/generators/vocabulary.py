"""The condition keys that policies are about: type, what policies compare them with, and where a request tells them.

`told` says how a request comes to hold a value: in its `context`, its encryption `pairs`, its `tags`, or not at all because it
follows from something else (`derived`).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.generators import names as n

Texts = tuple[str, ...]
STRING, ARN, NUMBER, DATE, BOOL, ADDRESS, BINARY, MULTI = "string", "arn", "number", "date", "bool", "address", "binary", "multi"
TYPES = (STRING, ARN, NUMBER, DATE, BOOL, ADDRESS, BINARY, MULTI)


@dataclass(frozen=True)
class Key:
    """A condition key. `names`: how policies write it; `values`: what they compare it with."""

    names: Texts
    type: str
    values: Texts
    told: str = "context"
    callers: Texts = ()  # kinds of callers that can have it; none: all
    route: str = ""  # direct, endpoint, via; empty: any
    actions: Texts = ()  # that carry it, where a request tells it

    @property
    def name(self) -> str:
        """The name as pages print it."""
        return self.names[0]


WORDS: Texts = ("red", "Red", "blue", "r*", "?ed", "*d", "red-suffix", "team-red", "r*d-suf*", "rred", "")
TEAMS: Texts = ("red", "blue", "r*", "re?", "team-red", "Red")
MOMENTS: Texts = ("2026-06-01T12:00:00Z", "2026-07-01", "1782864000", "2027-01-01T00:00:00+02:00", "2026-06")
NUMBERS: Texts = ("1", "2", "10", "2.5", "300", "-1", "1.50")
ADDRESSES: Texts = ("10.0.0.9", "10.0.0.0/24", "203.0.113.0/25", "2001:db8::/32", "0.0.0.0/0", "10.0.0.0/8")
BYTES: Texts = ("cmVk", "Ymx1ZQ==", "AQID")
SESSIONS: Texts = ("role", "session")
CREDENTIALS: Texts = ("user", "role", "session", "federated", "root", "service-linked")
KEY_ACTIONS: Texts = ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey", "CreateGrant", "TagResource", "ReEncrypt")

_CONTEXT = (
    Key(("kms:EncryptionContext:app", "KMS:encryptioncontext:APP", "kms:EncryptionContext:App"), STRING, WORDS, "pairs"),
    Key(("kms:EncryptionContext:env",), STRING, TEAMS, "pairs"),
    Key(
        ("kms:EncryptionContext:aws:s3:arn",), ARN, ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/x", "arn:aws:s3:::*"), "pairs"
    ),
    Key(("kms:EncryptionContext:level",), NUMBER, NUMBERS, "pairs"),
    Key(("kms:EncryptionContext:when",), DATE, MOMENTS, "pairs"),
    Key(("kms:EncryptionContext:on",), BOOL, ("true", "false"), "pairs"),
    Key(("kms:EncryptionContext:from",), ADDRESS, ADDRESSES, "pairs"),
    Key(("kms:EncryptionContext:blob",), BINARY, BYTES, "pairs"),
    Key(("kms:EncryptionContextKeys",), MULTI, ("app", "App", "env", "a*", "level"), "pairs"),
)
_CALLER = (
    Key(("aws:PrincipalTag/team", "aws:principaltag/TEAM", "aws:PrincipalTag/Team"), STRING, TEAMS, callers=CREDENTIALS[:4]),
    Key(("aws:PrincipalTag/level",), NUMBER, NUMBERS, callers=CREDENTIALS[:4]),
    Key(("aws:PrincipalTag/key",), STRING, (n.KEY_ID, n.KEY_ID[9:], "*-34cd-*"), callers=CREDENTIALS[:4]),
    Key(("aws:PrincipalArn",), ARN, (n.APP, n.BOB, n.iam("role/*"), "arn:aws:iam::*:user/*", n.ROOT, n.GUEST, n.WEB,
        n.iam("role/team/*"), "arn:aws:iam::${aws:PrincipalAccount}:role/app", "*", n.LINKED), "derived"),
    Key(("aws:PrincipalAccount",), STRING, (n.OWN, n.PARTNER, "1111*"), "derived"),
    Key(("aws:PrincipalAccount",), NUMBER, (n.OWN, "200000000000"), "derived"),
    Key(("aws:PrincipalType",), STRING, ("User", "AssumedRole", "FederatedUser", "Account", "*ser"), "derived"),
    Key(("aws:PrincipalIsAWSService",), BOOL, ("true", "false"), "derived"),
    Key(("aws:PrincipalServiceName",), STRING, (n.LOGS, "*.amazonaws.com"), "derived"),
    Key(("aws:PrincipalServiceNamesList",), MULTI, (n.LOGS, "logs.*", n.SNS), callers=("service",)),
    Key(("aws:PrincipalOrgID",), STRING, ("o-exampleorgid", "o-*", "o-otherorgid0"), callers=CREDENTIALS),
    Key(("aws:PrincipalOrgPaths",), MULTI, ("o-exampleorgid/*", "o-exampleorgid/r-ab12/ou-ab12-11111111/", "*/r-ab12/*"),
        "derived"),
    Key(("aws:username",), STRING, ("bob", "Bob", "b*", "eve", "guest"), "derived"),
    Key(("aws:userid",), STRING, ("AROAEXAMPLEROLEID0000:*", "*:ci", "AIDA*", "AIDAEXAMPLEUSERID0000", f"{n.OWN}:guest", "*:*")),
    Key(("aws:SourceIdentity",), STRING, ("alice", "a*", "Bob", "red"), callers=SESSIONS),
    Key(("aws:TokenIssueTime",), DATE, MOMENTS, callers=("user", *SESSIONS, "federated")),
    Key(("aws:MultiFactorAuthPresent",), BOOL, ("true", "false"), callers=("user", *SESSIONS)),
    Key(("aws:MultiFactorAuthAge",), NUMBER, ("300", "3600", "60.5"), callers=("user", *SESSIONS)),
    Key(("ec2:SourceInstanceArn",), ARN, ("arn:aws:ec2:*:111122223333:instance/*",), callers=("session",)),
    Key(("lambda:SourceFunctionArn",), ARN, ("arn:aws:lambda:us-west-2:111122223333:function:red",), callers=SESSIONS),
    Key(("saml:sub",), STRING, ("red", "ana@example.com"), callers=SESSIONS),
)  # fmt: skip
_ROUTE = (
    Key(("kms:ViaService",), STRING, ("s3.us-west-2.amazonaws.com", "s3.*.amazonaws.com", "rds.us-west-2.amazonaws.com", "*"),
        callers=CREDENTIALS, route="via", actions=KEY_ACTIONS),
    Key(("aws:ViaAWSService",), BOOL, ("true", "false"), "derived"),
    Key(("aws:CalledVia",), MULTI, ("athena.amazonaws.com", "a*", "s3.amazonaws.com", "b.amazonaws.com"),
        callers=CREDENTIALS, route="via"),
    Key(("aws:CalledViaFirst",), STRING, ("athena.amazonaws.com", "a*"), "derived"),
    Key(("aws:CalledViaLast",), STRING, ("s3.amazonaws.com", "athena.amazonaws.com"), "derived"),
    Key(("aws:SourceIp",), ADDRESS, ADDRESSES, callers=CREDENTIALS, route="direct"),
    Key(("aws:SourceVpce",), STRING, ("vpce-1", "vpce-*", "vpce-2"), callers=CREDENTIALS, route="endpoint"),
    Key(("aws:SourceVpc",), STRING, ("vpc-1", "vpc-?"), callers=CREDENTIALS, route="endpoint"),
    Key(("aws:VpcSourceIp",), ADDRESS, ("10.0.0.9", "10.0.0.0/24"), callers=CREDENTIALS, route="endpoint"),
    Key(("aws:VpceOrgID",), STRING, ("o-exampleorgid", "o-*"), callers=CREDENTIALS, route="endpoint"),
    Key(("aws:SourceArn",), ARN, ("arn:aws:sns:us-west-2:111122223333:topic", "arn:aws:sns:*:111122223333:*"),
        callers=("service",)),
    Key(("aws:SourceAccount",), STRING, (n.OWN, n.PARTNER), callers=("service",)),
    Key(("aws:SourceOrgID",), STRING, ("o-exampleorgid",), callers=("service",)),
    Key(("aws:CurrentTime",), DATE, MOMENTS),
    Key(("aws:EpochTime",), DATE, MOMENTS, "derived"),
    Key(("aws:EpochTime",), NUMBER, ("1782864000", "1798761600"), "derived"),
    Key(("aws:UserAgent",), STRING, ("*boto*", "aws-cli/2", "red")),
    Key(("aws:SecureTransport",), BOOL, ("true", "false"), "derived"),
    Key(("aws:RequestedRegion",), STRING, ("us-west-2", "eu-*", "us-*"), "derived"),
    Key(("aws:referer",), STRING, ("red", "https://*")),
)  # fmt: skip
_RESOURCE = (
    Key(("aws:ResourceAccount",), STRING, (n.OWN, "${aws:PrincipalAccount}", n.PARTNER), "derived"),
    Key(("aws:ResourceOrgID",), STRING, ("o-exampleorgid", "${aws:PrincipalOrgID}"), "derived"),
    Key(("aws:ResourceTag/team", "AWS:resourcetag/Team"), STRING, TEAMS, "derived"),
    Key(("aws:ResourceTag/level",), NUMBER, NUMBERS, "derived"),
    Key(("kms:ResourceAliases",), MULTI, ("alias/pay", "alias/*", "alias/red"), "derived"),
    Key(("kms:RequestAlias",), STRING, ("alias/pay", "alias/p*", "arn:aws:kms:us-west-2:111122223333:alias/pay"), "derived"),
    Key(("kms:KeySpec", "kms:CustomerMasterKeySpec"), STRING, ("SYMMETRIC_DEFAULT", "RSA_*", "HMAC_256"), "derived"),
    Key(("kms:KeyUsage",), STRING, ("ENCRYPT_DECRYPT", "SIGN_VERIFY"), "derived"),
    Key(("kms:KeyOrigin",), STRING, ("AWS_KMS", "EXTERNAL"), "derived"),
    Key(("kms:MultiRegion",), BOOL, ("true", "false"), "derived"),
    Key(("kms:MultiRegionKeyType",), STRING, ("PRIMARY", "REPLICA"), "derived"),
    Key(("kms:CallerAccount",), STRING, (n.OWN, n.PARTNER, "*", "4444*"), "derived"),
)
_REQUEST = (
    Key(("aws:RequestTag/team", "aws:requesttag/Team"), STRING, TEAMS, "tags"),
    Key(("aws:TagKeys",), MULTI, ("team", "Team", "env", "t*"), "tags"),
    Key(("kms:GrantOperations",), MULTI, ("Decrypt", "Encrypt", "*crypt", "CreateGrant"), "derived"),
    Key(("kms:GranteePrincipal",), STRING, (n.APP, n.iam("role/*"), n.iam("role/${aws:PrincipalTag/team}")), "derived"),
    Key(("kms:GranteePrincipal",), ARN, (n.APP, n.iam("role/*")), "derived"),
    Key(("kms:GranteeServicePrincipal",), STRING, (n.SNS, "*.amazonaws.com"), "derived"),
    Key(("kms:RetiringPrincipal",), STRING, (n.BOB, n.iam("*")), "derived"),
    Key(("kms:GrantConstraintType",), STRING, ("EncryptionContextSubset", "EncryptionContextEquals", "*Subset"), "derived"),
    Key(("kms:GrantConstraintSourceArn",), ARN, ("arn:aws:dynamodb:*:111122223333:table/t",), "derived"),
    Key(("kms:GrantIsForAWSResource",), BOOL, ("true", "false"), callers=CREDENTIALS, route="via", actions=("CreateGrant",)),
    Key(("kms:EncryptionAlgorithm",), STRING, ("SYMMETRIC_DEFAULT", "RSAES_*", "RSAES_OAEP_SHA_1"), "derived"),
    Key(("kms:SigningAlgorithm",), STRING, ("RSASSA_PSS_*", "RSASSA_PSS_SHA_256", "ECDSA_SHA_256"), "derived"),
    Key(("kms:MessageType",), STRING, ("RAW", "DIGEST"), "derived"),
    Key(("kms:MacAlgorithm",), STRING, ("HMAC_SHA_256", "HMAC_SHA_*"), "derived"),
    Key(("kms:DataKeyPairSpec",), STRING, ("RSA_2048", "ECC_*"), "derived"),
    Key(("kms:RotationPeriodInDays",), NUMBER, ("180", "365", "364.5"), "derived"),
    Key(("kms:ScheduleKeyDeletionPendingWindowInDays",), NUMBER, ("7", "21", "30"), "derived"),
    Key(("kms:TrailingDaysWithoutKeyUsage",), NUMBER, ("90", "180"), actions=("DisableKey", "ScheduleKeyDeletion")),
    Key(("kms:BypassPolicyLockoutSafetyCheck",), BOOL, ("true", "false"), "derived"),
    Key(("kms:PolicyName",), STRING, ("default", "AWS_RAM"), "derived"),
    Key(("kms:ReEncryptOnSameKey",), BOOL, ("true", "false"), "derived"),
    Key(("kms:ReplicaRegion",), STRING, (n.OTHER_REGION, "eu-*"), "derived"),
    Key(("kms:PrimaryRegion",), STRING, (n.OTHER_REGION,), "derived"),
    Key(("kms:ExpirationModel",), STRING, ("KEY_MATERIAL_EXPIRES",), "derived"),
    Key(("kms:ValidTo",), DATE, MOMENTS, "derived"),
    Key(("kms:WrappingKeySpec",), STRING, ("RSA_2048", "RSA_*"), "derived"),
    Key(("kms:RecipientAttestation:ImageSha384",), STRING, ("abc123", "ABC123", "abc*"), actions=("Decrypt", "GenerateDataKey")),
)
KEYS: tuple[Key, ...] = (*_CONTEXT, *_CALLER, *_ROUTE, *_RESOURCE, *_REQUEST)
OFTEN: tuple[Key, ...] = (*_CONTEXT[:4], _CALLER[0], _CALLER[3], *_ROUTE[:1], *_RESOURCE[2:3])
"""Keys that scenarios are about more often than others."""
VARIABLES: Texts = (
    "aws:PrincipalTag/team", "kms:EncryptionContext:app", "kms:EncryptionContext:env", "aws:username", "aws:SourceIdentity",
    "aws:PrincipalAccount", "aws:ResourceTag/team", "aws:RequestTag/team", "aws:userid", "aws:PrincipalOrgID", "kms:ViaService",
)  # fmt: skip
"""What stands in `${...}`."""

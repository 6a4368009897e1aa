"""The parameters that requests carry, by action, with values that conditions may be about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.neighbours import well_formed

if TYPE_CHECKING:
    from tests.generators.requests import Requests

Data = dict[str, Any]
CONSTRAINTS: tuple[Data, ...] = (
    {}, {}, {"EncryptionContextSubset": {"app": "red"}}, {"EncryptionContextEquals": {"app": "red", "env": "blue"}},
    {"EncryptionContextSubset": {"App": "blue"}, "EncryptionContextEquals": {}},
    {"EncryptionContextEquals": {"app": "red"}, "EncryptionContextSubset": {}},
    {"SourceArn": "arn:aws:dynamodb:us-west-2:111122223333:table/t", "EncryptionContextSubset": {"app": "red"}},
)  # fmt: skip
OPEN_POLICY: Data = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": n.ROOT}, "Action": "kms:*", "Resource": "*"}],
}


def parameters_of(requests: Requests, action: str) -> Data:
    """Return what a request for an action says beside its context: parameters, the grant it makes, the grant it is about."""
    if action == "CreateGrant":
        return {"create_grant": create_grant(requests)}
    found = _parameters(requests, action)
    made: Data = {"parameters": found} if found else {}
    if action in ("RetireGrant", "RevokeGrant"):
        made["grant_id"] = requests.rng.choice([grant["GrantId"] for grant in requests.scenario["grants"]] or ["g0"])
    return made


def create_grant(requests: Requests) -> Data:
    """Draw the parameters of a CreateGrant, a few of them such as KMS refuses."""
    rng = requests.rng
    spec, usage = requests.scenario["key"].get("spec", ""), requests.scenario["key"].get("usage", "")
    uses = {"SIGN_VERIFY": ("Sign", "Verify"), "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac")}.get(
        usage, ("Decrypt", "Encrypt")
    )
    operations = rng.sample((*uses, "DescribeKey", "CreateGrant"), rng.randint(1, 3))
    made: Data = {"GranteePrincipal": rng.choice((n.APP, n.BOB, n.PARTNER_ROLE, n.CI)), "Operations": operations}
    constraints = rng.choice(CONSTRAINTS) if not spec or rng.random() < 0.1 else {}
    made.update({"Constraints": constraints} if constraints else {})
    if rng.random() < 0.3:
        made["RetiringPrincipal"] = rng.choice((n.BOB, n.APP))
    if rng.random() < 0.04:
        made["GranteeServicePrincipal"] = n.SNS
    if rng.random() < 0.02:
        del made["GranteePrincipal"]
    return made


def _parameters(requests: Requests, action: str) -> Data:
    rng = requests.rng

    def some(**options: tuple[Any, ...]) -> Data:
        chosen = {name: rng.choice(values) for name, values in options.items()}
        return {name: value for name, value in chosen.items() if value is not None and (requests.complete or rng.random() < 0.85)}

    algorithm = (
        (None, "RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1")
        if requests.scenario["key"].get("spec", "").startswith("RSA")
        else (None,)
    )
    region = (n.OTHER_REGION, "eu-central-1")
    policy, until = requests.scenario["policy"], ("2027-01-01T00:00:00Z", "1798761600")
    rules: dict[str, Any] = {
        "Encrypt": lambda: some(EncryptionAlgorithm=algorithm),
        "Decrypt": lambda: some(EncryptionAlgorithm=algorithm),
        "Sign": lambda: some(SigningAlgorithm=("RSASSA_PSS_SHA_256", "RSASSA_PKCS1_V1_5_SHA_256"), MessageType=(None, "DIGEST")),
        "Verify": lambda: some(SigningAlgorithm=("RSASSA_PSS_SHA_256",), MessageType=(None, "DIGEST")),
        "GenerateMac": lambda: some(MacAlgorithm=("HMAC_SHA_256",)),
        "VerifyMac": lambda: some(MacAlgorithm=("HMAC_SHA_256",)),
        "GenerateDataKeyPair": lambda: some(KeyPairSpec=("RSA_2048", "ECC_NIST_P256", "RSA_3072")),
        "ScheduleKeyDeletion": lambda: some(PendingWindowInDays=(None, *_numbers(requests, action), 7, 30)),
        "EnableKeyRotation": lambda: some(RotationPeriodInDays=(None, *_numbers(requests, action), 180, 2560)),
        "GetKeyPolicy": lambda: some(PolicyName=(None, "default", "AWS_RAM")),
        "PutKeyPolicy": lambda: some(Policy=(None, OPEN_POLICY, policy), BypassPolicyLockoutSafetyCheck=(None, True, False)),
        "TagResource": lambda: {"Tags": tags(requests)},
        "UntagResource": lambda: {"TagKeys": [tag["TagKey"] for tag in tags(requests)]},
        "CreateKey": lambda: _of_new_key(requests),
        "ReplicateKey": lambda: some(ReplicaRegion=region, Tags=(None, None, tags(requests))),
        "UpdatePrimaryRegion": lambda: some(PrimaryRegion=region),
        "GetParametersForImport": lambda: some(WrappingAlgorithm=("RSAES_OAEP_SHA_1",), WrappingKeySpec=("RSA_2048", "RSA_4096")),
        "ImportKeyMaterial": lambda: some(ExpirationModel=(None, "KEY_MATERIAL_EXPIRES"), ValidTo=until),
        "ReEncrypt": lambda: {"DestinationEncryptionContext": rng.choice(({}, {"app": "red"}, {"env": "blue"}))},
    }  # fmt: skip
    found: Data = rules.get(action, dict)()
    return found


def _numbers(requests: Requests, action: str) -> tuple[int, ...]:
    """Return days near the bounds that policies name, within what KMS takes."""
    rules = {
        "ScheduleKeyDeletion": ("kms:schedulekeydeletionpendingwindowindays", range(7, 31)),
        "EnableKeyRotation": ("kms:rotationperiodindays", range(90, 2561)),
    }
    key, taken = rules[action]
    bounds = [int(float(text)) for text in requests.spoken.get(key, ()) if well_formed(text, v.NUMBER)]
    return tuple(number for bound in bounds for number in (bound - 1, bound, bound + 1) if number in taken)


def tags(requests: Requests) -> list[Data]:
    """Draw the tags of a request: each name in one spelling only."""
    rng = requests.rng
    names = dict.fromkeys(rng.choice(("team", "Team", "env", "owner")) for _ in range(rng.randint(1, 3)))
    once = {name.lower(): name for name in names}
    return [{"TagKey": name, "TagValue": requests.value("aws:RequestTag/team")} for name in once.values()]


def _of_new_key(requests: Requests) -> Data:
    rng = requests.rng
    made: Data = rng.choice(
        ({}, {}, {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, {"MultiRegion": True}, {"Origin": "EXTERNAL"})
    )
    made = dict(made)
    if rng.random() < 0.4:
        made["Tags"] = tags(requests)
    if rng.random() < 0.15:
        made["Policy"] = OPEN_POLICY
    return made

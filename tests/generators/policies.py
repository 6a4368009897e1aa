"""Random policies: statements with all their elements, for every layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.generators import names as n
from tests.generators.conditions import Conditions

Data = dict[str, Any]
SYMMETRIC = (
    "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair", "ReEncryptFrom",
    "ReEncryptTo",
)  # fmt: skip
OTHER_USES = ("Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret", "Encapsulate", "Decapsulate", "GetPublicKey")
MANAGEMENT = (
    "DescribeKey", "PutKeyPolicy", "GetKeyPolicy", "ScheduleKeyDeletion", "DisableKey", "EnableKey", "TagResource",
    "UntagResource",
    "ListGrants", "RevokeGrant", "UpdateKeyDescription", "EnableKeyRotation", "GetKeyRotationStatus", "ReplicateKey",
    "UpdatePrimaryRegion", "CancelKeyDeletion", "ImportKeyMaterial", "GetParametersForImport", "CreateAlias", "UpdateAlias",
    "DeleteAlias", "RotateKeyOnDemand", "ListResourceTags",
)  # fmt: skip
WITHOUT_KEY = ("CreateKey", "ListKeys", "ListAliases", "GenerateRandom", "CreateCustomKeyStore", "ListRetirableGrants")
ACTIONS = (
    *SYMMETRIC,
    *SYMMETRIC,
    *SYMMETRIC,
    "CreateGrant",
    "CreateGrant",
    "RetireGrant",
    *MANAGEMENT,
    *OTHER_USES,
    *WITHOUT_KEY,
)
PATTERNS = (
    "kms:*", "kms:*", "*", "kms:Decrypt", "kms:Encrypt", "kms:*crypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:Describe*",
    "kms:Get*", "kms:List*", "KMS:DECRYPT", "kms:CreateGrant", "kms:Create*", "kms:*Key", "kms:?ecrypt", "s3:*", "kms:*Resource",
    "kms:*Alias", "kms:*Region*",
)  # fmt: skip
RESOURCES: dict[str, tuple[Any, ...]] = {
    "everything": ("*",),
    "the key": (n.KEY,),
    "another key": (n.OTHER_KEY,),
    "keys by pattern": (
        "arn:aws:kms:*:*:key/*", f"{n.KEY[:-8]}*", "arn:aws:kms:us-west-?:*:key/*", "arn:aws:kms:us-*:111122223333:key/*",
    ),
    "keys elsewhere": ("arn:aws:kms:eu-west-1:*:key/*", "arn:aws:kms:*:444455556666:key/*"),
    "aliases": ("arn:aws:kms:us-west-2:111122223333:alias/*", "arn:aws:kms:*:*:alias/pay"),
    "across colons": ("arn:aws:kms:*", "arn:aws:kms:us-west-2:*", "arn:aws:kms:us-*"),
    "several": ([n.KEY, n.OTHER_KEY], [n.KEY, "arn:aws:kms:*:*:alias/*"]),
    "a variable": (
        "arn:aws:kms:us-west-2:111122223333:key/${aws:PrincipalTag/key}",
        f"arn:aws:kms:*:*:key/{n.KEY_ID[:9]}${{aws:PrincipalTag/key}}",
        "arn:aws:kms:us-west-2:111122223333:key/${aws:PrincipalTag/key, '*'}",
        "arn:aws:kms:*:*:alias/${aws:username}",
    ),
}  # fmt: skip
ODD_RESOURCES = (
    "arn:aws:kms:*:${aws:PrincipalAccount}:key/*", "arn:aws:*:us-west-2:*:key/*", "arn:aws:kms:us*1111*:key/*", "arn:*", "key/*",
)  # fmt: skip
FULL: Data = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass
class Policies:
    """Makes policies. Statements have a Sid that no other statement of the scenario has, or none."""

    conditions: Conditions
    count: int = 0

    def __post_init__(self) -> None:
        self.rng, self.profile, self.coverage = self.conditions.rng, self.conditions.profile, self.conditions.coverage

    def policy(self, size: int, *, principals: bool, effect: str | None = None) -> Data:
        """Make a policy of some statements."""
        made = [self.statement(principals=principals, effect=effect) for _ in range(size)]
        version = "2008-10-17" if self.conditions.chance(0.05) else "2012-10-17"
        self.coverage.made(f"version {version}")
        return {"Version": version, "Statement": made}

    def key_policy(self) -> Data:
        """Make a key policy; half of them let the account's IAM policies decide."""
        policy = self.policy(self.rng.randint(1, self.profile.statements + 1), principals=True)
        if self.conditions.chance(0.5):
            self.coverage.made("a statement for the account")
            account = {"Sid": self._sid(), "Effect": "Allow", "Principal": {"AWS": n.ROOT}, "Action": "kms:*", "Resource": "*"}
            policy["Statement"].append(account)
        return policy

    def statement(self, *, principals: bool, effect: str | None = None) -> Data:
        """Make a statement."""
        effect = effect or ("Deny" if self.conditions.chance(0.22) else "Allow")
        made: Data = {"Effect": effect}
        if self.conditions.chance(0.85):
            made["Sid"] = self._sid()
        if principals:
            made.update(self._principal(effect))
        made.update(self._actions(effect))
        made.update(self._resources())
        if self.conditions.chance(0.7 if effect == "Deny" else 0.5):
            made["Condition"] = self.conditions.block()
        if principals and self.conditions.chance(self.profile.odd * 0.3):
            self.coverage.made("a statement without Action or Resource")
            made.pop(self.rng.choice([name for name in made if name in ("Action", "Resource")] or ["Sid"]), None)
        return made

    def _sid(self) -> str:
        self.count += 1
        return f"S{self.count}"

    def _principal(self, effect: str) -> Data:
        if effect == "Deny" and self.conditions.chance(0.15):
            self.coverage.made("NotPrincipal")
            return {"NotPrincipal": self.rng.choice(n.EXCLUSIONS)}
        return {"Principal": self.principal()}

    def principal(self) -> Any:
        """Make a Principal element."""
        kind = self.rng.choice(n.COMMON) if self.conditions.chance(0.85) else self.rng.choice(list(n.PRINCIPALS))
        self.coverage.made(f"principal: {kind}")
        return self.rng.choice(n.PRINCIPALS[kind])

    def _actions(self, effect: str) -> Data:
        element = "NotAction" if self.conditions.chance(0.07) else "Action"
        self.coverage.made(element)
        if self.conditions.chance(0.3 if effect == "Deny" else 0.55):
            patterns = self.rng.choice(PATTERNS)
            return {element: patterns if self.conditions.chance(0.8) else [patterns, self.rng.choice(PATTERNS)]}
        return {element: [f"kms:{name}" for name in dict.fromkeys(self.rng.choices(ACTIONS, k=self.rng.randint(1, 5)))]}

    def _resources(self) -> Data:
        element = "NotResource" if self.conditions.chance(0.05) else "Resource"
        if self.conditions.chance(self.profile.odd):
            self.coverage.made("resource: a form left open")
            return {element: self.rng.choice(ODD_RESOURCES)}
        kinds = list(RESOURCES)
        weights = [12, 4, 1, 3, 1, 1.5, 1, 1, 10 * self.profile.variables]
        kind = self.rng.choices(kinds, weights)[0]
        self.coverage.made(f"{element}: {kind}")
        return {element: self.rng.choice(RESOURCES[kind])}

    # --- layers -----------------------------------------------------------------------------------------------------------

    def guard(self, *, principals: bool = False) -> Data:
        """Make a policy that limits: all but what a Deny takes away, or some Allows."""
        everyone = {"Principal": "*"} if principals else {}
        if self.conditions.chance(0.3):
            return {"Version": "2012-10-17", "Statement": [{**FULL["Statement"][0], **everyone}]}
        if self.conditions.chance(0.3):
            return self.policy(2, principals=principals)
        allow = {"Sid": self._sid(), "Effect": "Allow", "Action": "*", "Resource": "*", **everyone}
        deny = {**self.statement(principals=False, effect="Deny"), **everyone}
        return {"Version": "2012-10-17", "Statement": [allow, deny]}

    def rcp(self) -> Data:
        """Make an RCP: a Deny for everyone, of actions of a service."""
        made = self.statement(principals=False, effect="Deny")
        actions = made.pop("NotAction", None) or made.get("Action") or "kms:*"
        named = ["kms:*" if action == "*" else action for action in ([actions] if isinstance(actions, str) else actions)]
        made.update({"Principal": "*", "Action": named})
        return {"Version": "2012-10-17", "Statement": [made]}

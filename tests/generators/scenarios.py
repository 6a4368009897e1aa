"""Random scenarios: keys with their policies and grants, what stands beside principals, and the guard rails around."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.conditions import Conditions, Profile
from tests.generators.coverage import Coverage
from tests.generators.policies import FULL, SYMMETRIC, Policies

Data = dict[str, Any]
KEYS: dict[str, Data] = {
    "symmetric": {},
    "disabled": {"state": "Disabled"},
    "pending deletion": {"state": "PendingDeletion"},
    "other states": {"state": "PendingImport", "origin": "EXTERNAL"},
    "imported": {"origin": "EXTERNAL"},
    "custom key store": {"origin": "AWS_CLOUDHSM"},
    "AWS managed": {"manager": "AWS", "aliases": ["alias/aws/s3"]},
    "management account": {"management_account": True},
    "multi-Region primary": {"multi_region": True, "multi_region_key_type": "PRIMARY"},
    "multi-Region replica": {"multi_region": True, "multi_region_key_type": "REPLICA"},
    "signing": {"spec": "RSA_2048", "usage": "SIGN_VERIFY"},
    "MAC": {"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"},
    "RSA encryption": {"spec": "RSA_4096", "usage": "ENCRYPT_DECRYPT"},
    "key agreement": {"spec": "ECC_NIST_P256", "usage": "KEY_AGREEMENT"},
    "ML-KEM": {"spec": "ML_KEM_768", "usage": "ENCAPSULATE_DECAPSULATE"},
}
ORGANIZATIONS: tuple[Data | None, ...] = (
    None,
    None,
    {"id": "o-exampleorgid", "paths": ["o-exampleorgid/r-ab12/ou-ab12-11111111/"], "management_account": False},
    {"id": "o-exampleorgid", "paths": ["o-exampleorgid/r-ab12/"], "management_account": True},
    {"id": "o-otherorgid0", "paths": ["o-otherorgid0/r-zz99/"], "management_account": False},
)
PAIRS: tuple[dict[str, str], ...] = (
    {"app": "red"}, {"app": "blue"}, {"app": "red", "env": "blue"}, {"App": "red"}, {"level": "2"},
    {"aws:s3:arn": "arn:aws:s3:::bucket/x"},
)  # fmt: skip
TABLE = "arn:aws:dynamodb:us-west-2:111122223333:table/t"
TAGS: tuple[dict[str, str], ...] = (
    {},
    {"team": "red"},
    {"Team": "blue"},
    {"team": "team-red", "level": "2"},
    {"key": n.KEY_ID, "team": "red"},
)


@dataclass
class Scenarios:
    """Makes the parts of one scenario."""

    policies: Policies

    def __post_init__(self) -> None:
        self.rng, self.profile, self.coverage = self.policies.rng, self.policies.profile, self.policies.coverage
        self.chance = self.policies.conditions.chance
        self.organizations = {account: self.rng.choice(ORGANIZATIONS) for account in (n.OWN, n.PARTNER)}

    def make(self) -> Data:
        """Make a scenario without requests."""
        kind = "symmetric" if self.chance(0.6) else self.rng.choice(list(KEYS))
        self.coverage.made(f"key: {kind}")
        multi_region = KEYS[kind].get("multi_region", False)
        identifier = n.MULTI_REGION_ID if multi_region else n.KEY_ID
        key = {
            "arn": n.key_arn(identifier),
            "tags": self.rng.choice(TAGS[:4]),
            "aliases": self.rng.choice(([], ["alias/pay"], ["alias/pay", "alias/red"])),
        }
        scenario: Data = {
            "key": {**key, **KEYS[kind]},
            "policy": self.policies.key_policy(),
            "grants": [self.grant(f"g{index}") for index in range(self.rng.choice((0, 0, 0, 1, 1, 2)))],
            "keys": self._further(multi_region=multi_region),
            "principals": {arn: self.beside(arn) for arn in n.DESCRIBED if self.chance(self.profile.described)},
            "rcps": [[self.policies.rcp()] for _ in range(self.rng.choice((1, 2)))] if self._layer("rcps", 0.15) else [],
            "vpc_endpoint_policies": {"vpce-1": self._endpoint()} if self._layer("an endpoint policy", 0.3) else {},
        }
        return scenario

    def _layer(self, name: str, probability: float) -> bool:
        there = self.chance(probability * self.profile.layers)
        if there:
            self.coverage.made(f"layer: {name}")
        return there

    def _further(self, *, multi_region: bool) -> list[Data]:
        """Make further keys: of the account, of another account, a related key in another Region."""
        found = [{"arn": n.OTHER_KEY, "state": self.rng.choice(("Enabled",) * 4 + ("Disabled", "PendingDeletion"))}]
        if self.chance(0.2):
            self.coverage.made("further key: of another account")
            found.append({"arn": n.key_arn(n.OTHER_ID, n.PARTNER)})
        if self.chance(0.1):
            self.coverage.made("further key: of another type")
            found[0].update({"spec": "RSA_2048", "usage": "SIGN_VERIFY"})
        if multi_region and self.chance(0.8):
            self.coverage.made("further key: a related multi-Region key")
            related = {"multi_region": True, "multi_region_key_type": "REPLICA"}
            found.append({"arn": n.key_arn(n.MULTI_REGION_ID, region=n.OTHER_REGION), **related})
        return [{"key": key, "policy": self.policies.key_policy()} for key in found]

    def beside(self, arn: str) -> Data:
        """Make what stands beside a principal."""
        session = ":sts:" in arn
        data: Data = {
            "identity_policies": [
                self.policies.policy(self.rng.randint(1, 2), principals=False) for _ in range(self.rng.choice((0, 1, 1, 2)))
            ],
            "tags": self.rng.choice(TAGS),
            **({"organization": self.organizations[arn.split(":")[4]]} if self.chance(0.8) else {}),
            "service_linked": "aws-service-role" in arn,
        }
        if self.chance(0.5):
            data["identity_policies"].append(FULL)
        if arn == n.ROOT:
            data = {name: data[name] for name in ("organization",) if name in data}
        elif self._layer("boundary", 0.2) and not data["service_linked"]:
            data["boundary"] = self.policies.guard()
        if session and self._layer("session policies", 0.5):
            data["session_policies"] = [self.policies.guard() for _ in range(self.rng.choice((1, 1, 2)))]
        if self._layer("scps", 0.25):
            self.coverage.made("SCP levels")
            data["scps"] = [[FULL, self.policies.guard()], [self.policies.guard()]][: self.rng.choice((1, 2))]
        return data

    def _endpoint(self) -> Data:
        policy = self.policies.guard(principals=True)
        if self.chance(0.3):
            policy["Statement"].append(self.policies.statement(principals=True))
        return policy

    # --- grants -----------------------------------------------------------------------------------------------------------

    def constraints(self) -> Data:
        """Make the constraints of a grant."""
        kinds: dict[str, Data] = {
            "none": {},
            "subset": {"EncryptionContextSubset": self.rng.choice(PAIRS)},
            "equals": {"EncryptionContextEquals": self.rng.choice(PAIRS)},
            "both maps, one empty": {"EncryptionContextSubset": self.rng.choice(PAIRS), "EncryptionContextEquals": {}},
            "an empty map": {self.rng.choice(("EncryptionContextEquals", "EncryptionContextSubset")): {}},
            "source and subset": {"SourceArn": TABLE, "EncryptionContextSubset": self.rng.choice(PAIRS)},
            "source": {"SourceArn": TABLE},
        }
        kind = self.rng.choices(list(kinds), (5, 4, 3, 2, 1, 1, 1))[0]
        self.coverage.made(f"grant constraint: {kind}")
        return kinds[kind]

    def operations(self) -> list[str]:
        """Choose grant operations."""
        pool = [*SYMMETRIC, "DescribeKey", "CreateGrant", "RetireGrant"]
        return self.rng.sample(pool, self.rng.randint(1, 6))

    def grant(self, name: str) -> Data:
        """Make a grant that stands."""
        grantees = (*n.DESCRIBED, n.PARTNER_ROOT, n.BLUE, n.iam("role/x/ghost"))
        data: Data = {
            "GrantId": name,
            "GranteePrincipal": self.rng.choice(grantees),
            "Operations": self.operations(),
            "Constraints": self.constraints(),
        }
        if self.chance(0.2):
            self.coverage.made("grant: to a service")
            del data["GranteePrincipal"]
            data.update(
                {
                    "GranteeServicePrincipal": self.rng.choice((n.LOGS, n.SNS)),
                    "RetiringPrincipal": n.BOB,
                    "Constraints": {"SourceArn": TABLE},
                }
            )
        elif self.chance(0.5):
            self.coverage.made("grant: with a retiring principal")
            data["RetiringPrincipal"] = self.rng.choice((*n.DESCRIBED, n.PARTNER_ROOT))
        data["IssuingAccount"] = self.rng.choice((n.ROOT, n.PARTNER_ROOT))
        if self.chance(0.2):
            self.coverage.made("grant: usable with its token only")
            data.update({"Propagated": False, "GrantToken": f"token-{name}"})
        return data


def scenario(seed: int, profile: Profile | None = None, coverage: Coverage | None = None) -> Data:
    """Make a scenario without requests; the same seed and profile make the same."""
    rng = Random(seed)  # noqa: S311 - a seed makes a scenario, it keeps no secret
    profile = profile or Profile()
    keys = [key for key in v.KEYS if not key.name.lower().startswith(profile.without)] if profile.without else list(v.KEYS)
    chosen = [_key(rng, keys) for _ in range(profile.keys)]
    conditions = Conditions(rng, tuple(dict.fromkeys(chosen)), profile, coverage or Coverage())
    made = _one_organization_an_account(Scenarios(Policies(conditions)).make())
    return json.loads(json.dumps(made))  # type: ignore[no-any-return] # no part is shared with another


def _one_organization_an_account(data: Data) -> Data:
    """Let no two principals of an account tell of different organizations."""
    told: dict[str, Any] = {}
    for arn, beside in data["principals"].items():
        if beside.get("organization"):
            told.setdefault(arn.split(":")[4], beside["organization"])
    for arn, beside in data["principals"].items():
        if "organization" in beside:
            beside["organization"] = told.get(arn.split(":")[4])
    return data


def _key(rng: Random, keys: list[v.Key]) -> v.Key:
    """Choose a condition key: one that many policies are about, one of some type, or any."""
    kind = rng.random()
    often = [key for key in keys if key in v.OFTEN]
    if kind < 0.4 and often:
        return rng.choice(often)
    wanted = rng.choice(v.TYPES)
    return rng.choice([key for key in keys if key.type == wanted and kind < 0.65] or keys)


__all__ = ["FULL", "Profile", "scenario"]

"""Random requests that the policies of a scenario may be about: coherent, and told as fully as asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.aim import aim
from tests.generators.callers import EVERYBODY
from tests.generators.conditions import Profile
from tests.generators.contexts import context_of, keep_apart, route_of
from tests.generators.neighbours import FRESH, instance, near
from tests.generators.parameters import parameters_of
from tests.generators.policies import ACTIONS, OTHER_USES, SYMMETRIC, WITHOUT_KEY
from tests.generators.scenarios import scenario
from tests.generators.spoken import spoken_of, statements, texts

Data = dict[str, Any]
TYPES = {name.lower(): key.type for key in v.KEYS for name in key.names}


WITH_TOKENS = (
    "Decrypt", "Encrypt", "ReEncrypt", "GenerateDataKey", "GenerateMac", "VerifyMac", "Sign", "Verify", "DeriveSharedSecret",
    "Encapsulate", "Decapsulate", "DescribeKey", "GetPublicKey", "CreateGrant", "RetireGrant",
)  # fmt: skip
"""How the names of the actions begin whose requests take grant tokens (KMS API Reference)."""


@dataclass
class Requests:
    """Draws requests for one scenario. `complete`: what AWS always sends is told, so that little is open."""

    scenario: Data
    rng: Random
    complete: bool = False

    def __post_init__(self) -> None:
        self.spoken = spoken_of(self.scenario).values
        self.symmetric = self.scenario["key"].get("spec") is None

    def chance(self, probability: float) -> bool:
        """Say yes as often as told."""
        return self.rng.random() < probability

    def draw(self, principals: tuple[str, ...] = EVERYBODY, actions: tuple[str, ...] = ACTIONS) -> Data:
        """Draw a request of one of these principals for one of these actions, aimed at what a statement or grant is about."""
        principal, action = self._aim(principals, actions)
        return self.of(principal, action)

    def of(self, principal: str, action: str) -> Data:
        """Draw a request of a principal for an action."""
        route = route_of(self, principal)
        request: Data = {"principal": principal, "action": f"kms:{action}", "context": {}}
        request.update(self._resource(action))
        if action in (*SYMMETRIC, "ReEncrypt") and self.symmetric:
            request["encryption_context"] = self._pairs()
        request.update(parameters_of(self, action))
        request["context"] = context_of(self, principal, action, route)
        if self.chance(0.6):
            allows = [one for one in statements(self.scenario) if one["Effect"] == "Allow" and "Condition" in one]
            for statement in self.rng.sample(allows, min(len(allows), self.rng.choice((1, 1, 2)))):
                aim(self, request, statement)
        else:
            self._images(request)
        keep_apart(self, request)
        about = request.get("grant_id")
        tokens = [f"token-{grant['GrantId']}" for grant in self.scenario["grants"] if about in (None, grant["GrantId"])]
        if tokens and action.startswith(WITH_TOKENS) and self.chance(0.5):
            request["grant_tokens"] = [self.rng.choice(tokens)]
        return request

    # --- who and what -----------------------------------------------------------------------------------------------------

    def _aim(self, principals: tuple[str, ...], actions: tuple[str, ...]) -> tuple[str, str]:
        aim = self.rng.random()
        if aim < 0.25 and self.scenario["grants"]:
            grant = self.rng.choice(self.scenario["grants"])
            named = [grant.get("GranteePrincipal") or grant["GranteeServicePrincipal"], grant.get("RetiringPrincipal")]
            known = [name for name in named if name in principals]
            wanted = [name for name in grant["Operations"] if name in actions]
            if known and wanted:
                return self.rng.choice(known), self.rng.choice(wanted)
        if aim < 0.8:
            statement = self.rng.choice(self.scenario["policy"]["Statement"])
            covered = [name for name in actions if self._covers(statement, name)]
            known = [name for name in self._meant(statement) if name in principals]
            return self.rng.choice(known or principals), self.rng.choice(covered or actions)
        return self.rng.choice(principals), self.rng.choice(actions)

    def _covers(self, statement: Data, action: str) -> bool:
        patterns = texts(statement.get("Action") or statement.get("NotAction"))
        found = any(fnmatchcase(f"kms:{action}".lower(), pattern.lower()) for pattern in patterns)
        return found is ("NotAction" not in statement)

    def _meant(self, statement: Data) -> list[str]:
        who = statement.get("Principal", "*")
        named = [name for values in (who.values() if isinstance(who, dict) else [who]) for name in texts(values)]
        found = [name for name in EVERYBODY if name in named]
        for account, root in ((n.OWN, n.ROOT), (n.PARTNER, n.PARTNER_ROOT)):
            if {account, root} & set(named):
                found += [name for name in EVERYBODY if f":{account}:" in name]
        sessions = {
            n.APP: (n.CI, n.BLUE, n.INSTANCE),
            n.WEB: (n.WEB_X,),
            n.PARTNER_ROLE: (n.PARTNER_CI,),
            n.SSO: (n.SSO_SESSION,),
        }
        found += [session for role, several in sessions.items() if role in named for session in several]
        return found + ([n.GHOST] if any("/ghost" in name for name in named) else [])

    def _resource(self, action: str) -> Data:
        alias = n.KEY.rpartition(":")[0] + ":alias/" + self.rng.choice(("pay", "new", "red"))
        key, other = self.scenario["key"]["arn"], self.scenario["keys"][0]["key"]["arn"]
        if action in WITHOUT_KEY:
            return {"resource": "*"}
        choices: dict[str, list[Any]] = {
            "ReEncrypt": [[key, other], [other, key], [key, key], key],
            "CreateAlias": [[alias, key], [alias, key], None, [alias, other]],
            "DeleteAlias": [[alias, key], [alias, key], None],
            "UpdateAlias": [[alias, key, other], [alias, other, key], [alias, key], None],
            "UpdatePrimaryRegion": [None],
        }
        if action in choices:
            found = self.rng.choice(choices[action])
            return {} if found is None else {"resource": found}
        aliases = self.scenario["key"].get("aliases") or []
        if aliases and action in (*SYMMETRIC, *OTHER_USES, "DescribeKey") and self.chance(0.15):
            return {"resource": f"{key.rpartition(':')[0]}:{self.rng.choice(aliases)}"}
        return {"resource": other} if self.chance(0.04) else {}

    # --- values -----------------------------------------------------------------------------------------------------------

    def value(self, key: str, key_type: str = "") -> str:
        """Draw a value of a key: one that a policy names, one near it, one of another key, or any."""
        key_type = key_type or TYPES.get(key.lower(), v.STRING)
        said = self.spoken.get(key.lower())
        if said and self.chance(0.75):
            return (
                near(self.rng.choice(said), key_type, self.rng) if self.chance(0.7) else instance(self.rng.choice(said), self.rng)
            )
        if self.chance(0.5):
            others = [value for values in self.spoken.values() for value in values]
            return near(self.rng.choice(others), key_type, self.rng) if others else FRESH
        defaults = next((one.values for one in v.KEYS if key.lower() in [name.lower() for name in one.names]), v.TEAMS)
        return instance(self.rng.choice(defaults), self.rng)

    def _pairs(self) -> dict[str, str]:
        """Draw an encryption context: of the names that policies and grants speak of, in their spelling or another."""
        names = [key.partition(":")[2].partition(":")[2] for key in self.spoken if key.startswith("kms:encryptioncontext:")]
        constraints = [grant["Constraints"] for grant in self.scenario["grants"]]
        maps = [pairs for one in constraints for pairs in one.values() if isinstance(pairs, dict) and pairs]
        if maps and self.chance(0.35):
            pairs = dict(self.rng.choice(maps))
            return pairs if self.chance(0.7) else {**pairs, "extra": FRESH}
        pairs = {}
        for name in [*names, *self.spoken.get("kms:encryptioncontextkeys", ())]:
            if self.chance(0.7):
                written = instance(name, self.rng)
                written = self.rng.choice((written, written, written.capitalize(), written.upper()))
                pairs[written] = self.value(f"kms:EncryptionContext:{name}")
        if self.chance(0.1):
            pairs[self.rng.choice(("app", "APP", "other", "env"))] = self.rng.choice(("red", FRESH))
        return {name: value for name, value in pairs.items() if name}

    def _images(self, request: Data) -> None:
        """Give a value to another key as well: what a variable ties is equal only so."""
        pairs, context = request.get("encryption_context"), request["context"]
        tags = [name for name in context if name.startswith("aws:PrincipalTag/")]
        known = [str(value) for value in context.values() if isinstance(value, str)]
        known += [
            *(pairs or {}).values(),
            *self.scenario["key"].get("tags", {}).values(),
            request["principal"].rpartition("/")[2],
        ]
        texts_ = [text for text in (pairs or {}) if TYPES.get(f"kms:encryptioncontext:{text.lower()}") == v.STRING]
        for holder, names in ((pairs or {}, texts_), (context, tags)):
            for name in names:
                if known and self.chance(0.3):
                    image = self.rng.choice(known)
                    holder[name] = self.rng.choice(
                        (image, image, f"{image}-suffix", f"team-{image}", f"r{image}d", image.upper())
                    )


def asked(seed: int, profile: Profile | None = None, count: int = 5) -> Data:
    """Make a scenario with requests."""
    data = scenario(seed, profile)
    requests = Requests(data, Random(seed))  # noqa: S311 - a seed makes requests
    return {**data, "requests": [requests.draw() for _ in range(count)]}

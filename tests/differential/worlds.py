"""Random scenarios: a key, its key policy, grants, everything around it, and requests. The same seed, the same scenario."""

from __future__ import annotations

from random import Random
from typing import Any

from kmsgen.catalogue.actions import expand
from tests.differential import alphabet as a
from tests.differential import conditions

Data = dict[str, Any]
_BYPASS = {"BypassPolicyLockoutSafetyCheck": True}
FULL = {"Version": "2012-10-17", "Statement": [{"Sid": "Full", "Effect": "Allow", "Action": "*", "Resource": "*"}]}


def world(seed: int, requests: int) -> Data:
    """Make a scenario with its requests."""
    random = Random(seed)  # noqa: S311 - test data
    key = {**random.choice(a.KEYS), "arn": a.KEY, "tags": random.choice(({}, {"team": "pay"})), "aliases": ["alias/pay"]}
    data: Data = {
        "key": key,
        "policy": _policy(random, random.randint(1, 4), principals=True),
        "grants": [_grant(random, f"g{index}") for index in range(random.choice((0, 0, 1, 2)))],
        "keys": [_second(random)],
        "principals": {arn: _beside(random, arn) for arn in a.PEOPLE if arn in a.ROLES or random.random() < 0.6},
        "rcps": [[_rcp(random)]] if random.random() < 0.15 else [],
        "vpc_endpoint_policies": {"vpce-1": _endpoint(random)} if random.random() < 0.3 else {},
    }
    data["requests"] = [_request(random, data) for _ in range(requests)]
    return data


def _second(random: Random) -> Data:
    """Make a further key, for requests that take two."""
    key = {"arn": a.OTHER_KEY, "state": random.choice(("Enabled",) * 5 + ("Disabled", "PendingDeletion"))}
    return {"key": key, "policy": _policy(random, random.randint(1, 3), principals=True)}


def _version(random: Random) -> str:
    return random.choice(("2012-10-17",) * 9 + ("2008-10-17",))


def _policy(random: Random, size: int, *, principals: bool) -> Data:
    statements = [_statement(random, index, principals=principals) for index in range(size)]
    if principals and random.random() < 0.5:
        statements.append({"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": a.ROOT}, "Action": "kms:*", "Resource": "*"})
    return {"Version": _version(random), "Statement": statements}


def _statement(random: Random, index: int, *, principals: bool) -> Data:
    deny = random.random() < 0.22
    statement: Data = {"Effect": "Deny" if deny else "Allow"}
    if random.random() < 0.8:
        statement["Sid"] = f"S{index}"
    if principals:
        excluding = deny and random.random() < 0.15
        statement["NotPrincipal" if excluding else "Principal"] = random.choice(a.EXCLUSIONS if excluding else a.ELEMENTS)
    statement["NotAction" if random.random() < 0.08 else "Action"] = _actions(random, deny=deny)
    statement["NotResource" if random.random() < 0.04 else "Resource"] = random.choice(a.RESOURCES)
    if random.random() < (0.7 if deny else 0.4):
        statement["Condition"] = conditions.block(random, in_key_policy=principals)
    return statement


def _actions(random: Random, *, deny: bool) -> Any:
    if random.random() < (0.3 if deny else 0.55):
        return random.choice(a.ACTION_PATTERNS)
    return [f"kms:{name}" for name in random.sample(a.ACTIONS, random.randint(1, 5))]


def _beside(random: Random, arn: str) -> Data:
    session = ":assumed-role/" in arn or ":federated-user/" in arn
    data: Data = {
        "identity_policies": [
            _policy(random, random.randint(1, 3), principals=False) for _ in range(random.choice((0, 1, 1, 2)))
        ],
        "tags": random.choice(({}, {"team": "pay"}, {"team": "web", "key": "1234abcd-12ab-34cd-56ef-1234567890ab"})),
        "organization": random.choice(a.ORGANIZATIONS),
        "service_linked": arn == a.LINKED,
    }
    if random.random() < 0.6:
        data["identity_policies"].append(FULL)
    if random.random() < 0.2 and arn != a.ROOT:
        data["boundary"] = random.choice((FULL, _policy(random, 2, principals=False)))
    if session and random.random() < 0.4:
        data["session_policies"] = [random.choice((FULL, _policy(random, 2, principals=False)))]
    if random.random() < 0.25:
        levels = ([FULL, _scp(random, 1)], [random.choice((FULL, _scp(random, 2)))])
        data["scps"] = list(levels)
    return data


def _scp(random: Random, size: int) -> Data:
    """Make an SCP: its Allow statements are for every resource."""
    policy = _policy(random, size, principals=False)
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            statement.pop("NotResource", None)
            statement["Resource"] = "*"
    return policy


def _rcp(random: Random) -> Data:
    statement = _statement(random, 0, principals=False)
    statement.update({"Effect": "Deny", "Principal": "*", "Action": statement.pop("NotAction", statement.get("Action"))})
    if statement["Action"] == "*":
        statement["Action"] = "kms:*"
    return {"Version": "2012-10-17", "Statement": [statement]}


def _endpoint(random: Random) -> Data:
    if random.random() < 0.4:
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    statement = _statement(random, 0, principals=False)
    who: Any = random.choice(("*", {"AWS": a.APP}, {"AWS": [a.BOB, a.PARTNER_ROLE]}))
    return {"Version": "2012-10-17", "Statement": [{**statement, "Principal": who}]}


def _constraints(random: Random) -> Data:
    pairs = random.choice([context for context in a.ENCRYPTION_CONTEXTS if context])
    return random.choice(({}, {}, {"EncryptionContextEquals": pairs}, {"EncryptionContextSubset": pairs}))


def _operations(random: Random) -> list[str]:
    pool = [*a.SYMMETRIC, "DescribeKey", "CreateGrant", "RetireGrant"]
    return random.sample(pool, random.randint(1, 6))


def _grant(random: Random, name: str) -> Data:
    grantee = random.choice([*a.PEOPLE, a.PARTNER_ROOT])
    data: Data = {
        "GrantId": name,
        "GranteePrincipal": grantee,
        "Operations": _operations(random),
        "Constraints": _constraints(random),
    }
    if random.random() < 0.2:
        service = {"GranteeServicePrincipal": random.choice(a.SERVICES), "RetiringPrincipal": a.BOB}
        data = {"GrantId": name, **service, "Operations": _operations(random), "Constraints": {"SourceArn": a.TABLE}}
    elif random.random() < 0.5:
        data["RetiringPrincipal"] = random.choice([*a.PEOPLE, a.PARTNER_ROOT])
    data["IssuingAccount"] = random.choice((a.ROOT, a.PARTNER_ROOT))
    if random.random() < 0.2:
        data.update({"Propagated": False, "GrantToken": f"token-{name}"})
    return data


def _request(random: Random, data: Data) -> Data:
    principal, action, wanted = _aim(random, data)
    context = {name: random.choice(values) for name, values in a.CONTEXT.items() if random.random() < 0.15}
    context.update(random.choice(a.MOMENTS))
    context.update({name: value for name, value in wanted.items() if name in a.CONTEXT})
    _correct(context, principal)
    # Without an organization in the scenario the caller's word is all there is.
    if not (data["principals"].get(principal) or {}).get("organization"):
        context.pop("aws:PrincipalOrgID", None)
    request: Data = {
        "principal": principal,
        "action": f"kms:{action}",
        "context": context,
        "grant_tokens": random.choice(([], [], ["token-g0"], ["token-g1"])),
        "parameters": _parameters(random, action),
    }
    if random.random() < 0.12:
        _on_several(random, request, symmetric=data["key"].get("spec") is None)
        return request
    if action in a.WITHOUT_KEY:
        request["resource"] = "*"
    elif random.random() < 0.1 and action in (*a.SYMMETRIC, "DescribeKey"):
        request["resource"] = a.KEY.rpartition(":")[0] + ":alias/pay"
    if action in a.SYMMETRIC and data["key"].get("spec") is None:
        request["encryption_context"] = wanted.get("pairs") or random.choice(a.ENCRYPTION_CONTEXTS)
    if action == "CreateGrant":
        request["create_grant"] = _child(random)
    if action in ("CreateGrant", "ListGrants", "RevokeGrant") and "kms:ViaService" in context:
        context["kms:GrantIsForAWSResource"] = random.choice(("true", "false"))
    if action in ("RetireGrant", "RevokeGrant"):
        request["grant_id"] = "g0"
        request["grant_tokens"] = (
            request["grant_tokens"][:0] if "token-g1" in request["grant_tokens"] else request["grant_tokens"]
        )
    return request


def _correct(context: Data, principal: str) -> None:
    """Leave out what calls of this principal cannot carry, as far as the authorizer has to take the caller's word."""
    if principal in a.SERVICES:
        for name in a.CREDENTIALS:
            context.pop(name, None)
    if "kms:ViaService" not in context:
        context.pop("aws:CalledVia", None)
    name = principal.rpartition("/")[2]
    ids = {
        ":user/": "AIDAEXAMPLEUSERID0000",
        ":role/": "AROAEXAMPLEROLEID0000:ci",
        ":assumed-role/": f"AROAEXAMPLEROLEID0000:{name}",
    }
    known = next((value for part, value in ids.items() if part in principal), None)
    if context.pop("aws:userid", None) and known:
        context["aws:userid"] = known


def _on_several(random: Random, request: Data, *, symmetric: bool) -> None:
    """Make a request of several actions or resources: two keys, or an alias and its keys, or a key with what it needs."""
    alias = a.KEY.rpartition(":")[0] + ":alias/pay"
    action = random.choice(("ReEncrypt", "ReEncrypt", "CreateAlias", "DeleteAlias", "UpdateAlias", "CreateKey", "PutKeyPolicy"))
    resources = {
        "ReEncrypt": random.choice(([a.KEY, a.OTHER_KEY], [a.OTHER_KEY, a.KEY], [a.KEY, a.KEY])),
        "UpdateAlias": random.choice(([alias, a.KEY, a.OTHER_KEY], [alias, a.OTHER_KEY, a.KEY])),
        "CreateKey": "*",
        "PutKeyPolicy": None,
    }
    request.update({"action": f"kms:{action}", "resource": resources.get(action, [alias, a.KEY]), "parameters": {}})
    if action == "ReEncrypt" and symmetric:
        request["encryption_context"] = random.choice(a.ENCRYPTION_CONTEXTS)
        request["parameters"] = {"DestinationEncryptionContext": random.choice(a.ENCRYPTION_CONTEXTS)}
    if action == "CreateKey":
        request["parameters"] = random.choice(({"MultiRegion": True}, {"Tags": [{"TagKey": "team", "TagValue": "pay"}]}))
    if action == "PutKeyPolicy":
        request["parameters"] = {"Policy": _policy(random, 2, principals=True), **random.choice(({}, {}, _BYPASS))}


def _child(random: Random) -> Data:
    return {
        "GranteePrincipal": random.choice((a.APP, a.BOB)),
        "Operations": random.sample(("Decrypt", "Encrypt", "GenerateDataKey", "CreateGrant"), random.randint(1, 2)),
        "Constraints": _constraints(random),
        **random.choice(({}, {"RetiringPrincipal": a.BOB})),
    }


def _aim(random: Random, data: Data) -> tuple[str, str, Data]:
    """Choose who asks for what: often what a statement or a grant is about, with what it wants to see."""
    aim = random.random()
    if aim < 0.25 or (aim < 0.45 and not data["grants"]):
        return random.choice([*a.PEOPLE, *a.SERVICES]), random.choice(a.ACTIONS), {}
    if aim < 0.45:
        grant = random.choice(data["grants"])
        pairs = next((value for value in grant["Constraints"].values() if isinstance(value, dict)), {})
        source = {"aws:SourceArn": a.TABLE} if random.random() < 0.7 else {}
        grantee = grant.get("GranteePrincipal") or grant["GranteeServicePrincipal"]
        grantee = grantee if grantee in [*a.PEOPLE, *a.SERVICES] else a.PARTNER_ROLE
        retirer = [grant["RetiringPrincipal"]] if grant.get("RetiringPrincipal") in a.PEOPLE else []
        if retirer and random.random() < 0.3:
            return retirer[0], "RetireGrant", {}
        return grantee, random.choice(grant["Operations"]), {**source, "pairs": pairs if random.random() < 0.7 else {}}
    statement = random.choice(data["policy"]["Statement"])
    patterns = statement.get("Action", "kms:*")
    covered = [name for name in a.ACTIONS if f"kms:{name}" in expanded(patterns)]
    return _someone(random, statement), random.choice(covered or a.ACTIONS), _wanted(random, statement)


def expanded(patterns: Any) -> set[str]:
    """Return the actions that Action patterns cover."""
    return {action for pattern in ([patterns] if isinstance(patterns, str) else patterns) for action in expand(pattern)}


def _someone(random: Random, statement: Data) -> str:
    who = statement.get("Principal", "*")
    named = [
        name
        for value in (who.values() if isinstance(who, dict) else [])
        for name in ([value] if isinstance(value, str) else value)
    ]
    known = [name for name in named if name in (*a.PEOPLE, *a.SERVICES) and name != a.ROOT]
    account = a.PARTNER if a.PARTNER_ROOT in named or a.PARTNER in named else a.OWN
    return random.choice(known or [name for name in a.PEOPLE if f":{account}:" in name])


def _wanted(random: Random, statement: Data) -> Data:
    """Collect values that would satisfy the conditions of a statement, as far as a caller chooses them."""
    wanted: Data = {}
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            value = values if isinstance(values, str) else random.choice(values)
            if operator != "Null" and random.random() < 0.7 and not set("*?$/") & set(value):
                name = next((known for known in a.CONTEXT if known.lower() == key.lower()), None)
                wanted.update({name: [value] if name == "aws:CalledVia" else value} if name else {})
                if key.lower() == "kms:encryptioncontext:app":
                    wanted["pairs"] = {"app": value}
    return wanted


def _parameters(random: Random, action: str) -> Data:
    options: dict[str, list[Data]] = {
        "ScheduleKeyDeletion": [{}, {"PendingWindowInDays": "7"}, {"PendingWindowInDays": "30"}],
        "EnableKeyRotation": [{"RotationPeriodInDays": "180"}, {"RotationPeriodInDays": "2560"}],
        "TagResource": [{"Tags": [{"TagKey": "team", "TagValue": "pay"}]}, {"Tags": [{"TagKey": "owner", "TagValue": "x"}]}],
        "UntagResource": [{"TagKeys": ["team"]}, {"TagKeys": ["team", "owner"]}],
        "PutKeyPolicy": [{}, {"BypassPolicyLockoutSafetyCheck": True}, {"BypassPolicyLockoutSafetyCheck": False}],
        "CreateKey": [{}, {"Tags": [{"TagKey": "team", "TagValue": "pay"}]}, {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}],
    }
    return random.choice(options.get(action, [{}]))

"""Brute force against the prover: questions about random bundles, and thousands of requests that could refute each proof.

What no scenario describes could be any IAM policy: whoever is not described is given all of them, as the prover assumes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from kmsgen.authorizer import Authorizer, Outcome, Request
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.grant_form import format_grant
from kmsgen.prover import Beyond, Never, NoCrossAccount, Only, Question
from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios
from tests.generators import names as n
from tests.generators.callers import EVERYBODY, kind_of
from tests.generators.conditions import Profile
from tests.generators.policies import FULL, SYMMETRIC
from tests.generators.requests import Requests
from tests.reference.caller import caller_of
from tests.reference.context import in_key_policies
from tests.reference.decide import decide
from tests.reference.needs import needs, resources
from tests.reference.principals import meanings
from tests.reference.statements import statements
from tests.reference.three import Answer, all_of, any_of
from tests.reference.view import View

Data = dict[str, Any]
PROFILE = Profile(keys=3, statements=2, described=0.3, odd=0.01, layers=0.6)
STATE = {"key-state"}
"""The rule of KMS that speaks against a call only for a time."""
VARIANTS = 4
"""How often users and sessions that nobody described get other tags."""
ACTIONS = (
    *SYMMETRIC, "DescribeKey", "CreateGrant", "PutKeyPolicy", "TagResource", "ListGrants", "ScheduleKeyDeletion",
    "GenerateRandom",
)  # fmt: skip
ON_KEYS = tuple(name for name in ACTIONS if name != "GenerateRandom")
PATTERNS = (
    n.iam("role/*"), n.iam("user/*"), n.iam("*"), n.sts("assumed-role/app/*"), n.sts("federated-user/*"),
    n.iam("role/*", n.PARTNER), n.LOGS, n.SNS, "*",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question, and which requests would refute it if they were allowed."""

    question: Question
    refutes: Callable[[Data, Data], Answer]  # of the scenario and a request
    principals: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """A scenario, and the bundle that it is read as."""

    data: Data
    bundle: Bundle


@dataclass(frozen=True)
class Batch:
    """A scenario with what it does not describe assumed, and requests to try on it."""

    assumed: Data
    requests: list[Data]

    def by_reference(self, *, generous: bool = False, in_any_state: bool = False) -> list[Data]:
        """Return the requests that the reference allows, or would but for the state that the key is in."""
        verdicts = [(one, decide(self.assumed, one, generous=generous, whole=not _is_a_half(one))) for one in self.requests]
        return [
            one for one, verdict in verdicts if verdict.outcome == "allowed" or (in_any_state and set(verdict.reasons) == STATE)
        ]

    def by_authorizer(self, *, in_any_state: bool = False) -> list[Data]:
        """Return the requests that the authorizer allows, or would but for the state that the key is in."""
        (found,) = read_scenarios(parse(json.dumps({**self.assumed, "requests": self.requests}), "scenario.json"))
        authorizer = Authorizer(found.bundle)
        pairs = zip(self.requests, found.questions, strict=True)
        decided = [(data, authorizer.decide(question.request, whole=not _is_a_half(data))) for data, question in pairs]
        states = {Outcome.ALLOWED, Outcome.ERROR} if in_any_state else {Outcome.ALLOWED}
        return [
            data for data, found in decided if found.outcome in states and (found.error is None or set(found.reason) == STATE)
        ]


def _is_a_half(request: Data) -> bool:
    """Tell whether a request is about the alias or the key of a call alone: the prover asks for each half by itself."""
    return request["action"].endswith("Alias") and len({":alias/" in one for one in resources(request)}) < 2


def read(data: Data) -> Bundle:
    """Read the bundle of a scenario."""
    (found,) = read_scenarios(parse(json.dumps(data), "scenario.json"))
    return found.bundle


def world(data: Data) -> World:
    """Read a scenario."""
    return World(data, read(data))


def with_assumed(data: Data, principals: Iterable[str], tags: Data | None = None) -> Data:
    """Give every IAM policy to each of these principals that a scenario does not describe, itself or by its role.

    Users and sessions get these tags, as what is described of them is all that they have.
    """
    assumed = dict(data["principals"])
    for arn in principals:
        if arn.startswith("arn:") and arn != n.ROOT and caller_of(arn, data).described is None:
            limits = {"session_policies": [FULL]} if kind_of(arn) == "federated" else {}
            assumed[arn] = {
                "identity_policies": [FULL],
                "tags": tags or {} if kind_of(arn) in ("user", "session", "federated") else {},
                **limits,
            }
    return {**data, "principals": assumed}


def usable(data: Data) -> Data:
    """Take every grant for usable without a token, as the prover does: KMS makes it so in time."""
    return {**data, "grants": [{**grant, "Propagated": True} for grant in data["grants"]]}


def tags_of(request: Data) -> Data:
    """Return the tags of the caller that a request tells."""
    told = request["context"]
    tags = {name.partition("/")[2]: value for name, value in told.items() if name.lower().startswith("aws:principaltag/")}
    return {name: value for name, value in tags.items() if value != []}


# --- questions ----------------------------------------------------------------------------------------------------------


def named(pattern: str, principal: str) -> bool:
    """Tell whether a pattern names a principal, itself or by its role."""
    role = caller_of(principal, {}).name if kind_of(principal) in ("session", "service-linked") else None
    account = principal.split(":")[4] if principal.startswith("arn:") else ""
    roles = [arn for arn in (n.APP, n.WEB, n.PARTNER_ROLE, n.LINKED, n.SSO) if role and arn.endswith(f"/{role}")]
    names = [principal, *(roles or ([n.iam(f"role/{role}", account)] if role else []))]
    return any(fnmatchcase(name, pattern) for name in names)


def questions(rng: Random, about: World) -> Iterator[Asked]:
    """Yield a question of each kind that fits a world."""
    actions = (rng.choice(ACTIONS),) if rng.random() < 0.7 else tuple(rng.sample(ACTIONS, 3))
    asked = tuple(f"kms:{action}" for action in actions)
    pattern = rng.choice(PATTERNS) if rng.random() < 0.5 else rng.choice([name for name in EVERYBODY if name != "*"])
    meant = tuple(name for name in EVERYBODY if named(pattern, name))
    yield Asked(Never(pattern, asked), lambda _data, request: named(pattern, request["principal"]), meant, actions)
    spared = tuple(rng.sample(PATTERNS[:-1], 2))
    rest = tuple(name for name in EVERYBODY if not any(named(one, name) for one in spared))
    yield Asked(Only(spared, asked), lambda _data, request: _not_spared(spared, request["principal"]), rest, actions)
    foreign = tuple(name for name in EVERYBODY if name.startswith("arn:") and f":{n.OWN}:" not in name)
    yield Asked(NoCrossAccount(), lambda _data, request: request["principal"] in foreign, foreign, ON_KEYS)
    yield _beyond(rng, about)


def one_question(rng: Random, action: str) -> Asked:
    """Ask of a narrow world whether some callers can never have its action."""
    patterns = ("*", n.iam("role/*"), n.iam("user/*"), n.APP, n.BOB, n.CI, n.SNS) * 3
    pattern = rng.choice((*patterns, n.sts("assumed-role/app/*")))
    meant = tuple(name for name in EVERYBODY if named(pattern, name))
    return Asked(
        Never(pattern, (f"kms:{action}",)), lambda _data, request: named(pattern, request["principal"]), meant, (action,)
    )


def _not_spared(spared: tuple[str, ...], principal: str) -> Answer:
    """Tell whether a principal is none of those spared; open for a federated session, which may be one of a user who is."""
    if any(named(one, principal) for one in spared):
        return False
    account = principal.split(":")[4] if principal.startswith("arn:") else ""
    users = any(one.startswith(n.iam("", account)[:-1]) and ":role/" not in one for one in spared)
    return None if kind_of(principal) == "federated" and users else True


def _beyond(rng: Random, about: World) -> Asked:
    """Ask whether all access is that of most Allow statements and grants that there are."""
    key_policy = list(statements("key-policy", [about.data["policy"]]))
    pairs = list(zip(key_policy, about.bundle.keys[0].policy.statements, strict=True))
    kept = [pair for pair in pairs if pair[0].allows and "NotPrincipal" not in pair[0].data and rng.random() < 0.8]
    grants = about.bundle.keys[0].grants
    question = Beyond(tuple(parsed for _data, parsed in kept), tuple(grants))
    grantees = {
        name for grant in about.data["grants"] for name in (grant.get("GranteePrincipal"), grant.get("GranteeServicePrincipal"))
    }

    def beyond(data: Data, request: Data) -> Answer:
        caller = caller_of(request["principal"], data)
        view = View(data, request, caller, needs(data, request, caller)[0])
        lookup = in_key_policies(view)
        answers = [
            all_of([sure, statement.fits(view.need, lookup)])
            for statement, _parsed in kept
            for _named, sure in meanings(statement.data, caller)
        ]
        by_grant = any(
            name and (request["principal"] == name or caller.names_role(name) or caller.is_account(name)) for name in grantees
        )
        covered = None if by_grant else any_of(answers)
        return None if covered is None else not covered

    callers = tuple(name for name in EVERYBODY if name != "*")
    return Asked(question, beyond, callers, ON_KEYS)


# --- requests -----------------------------------------------------------------------------------------------------------


def batches(about: World, asked: Asked, rng: Random, count: int) -> Iterator[Batch]:
    """Draw requests that would refute a question, if they were allowed; they tell what AWS always sends."""
    if not asked.principals or not asked.actions:
        return
    for _ in range(VARIANTS):
        tagging = Requests(about.data, rng)
        tags = {name: tagging.value(f"aws:PrincipalTag/{name}") for name in ("team", "level", "key")}
        assumed = with_assumed(about.data, EVERYBODY, tags)
        requests = Requests(assumed, rng, complete=True)
        drawn = (_plain(about, requests.draw(asked.principals, asked.actions)) for _ in range(count // VARIANTS))
        yield Batch(assumed, [one for one in drawn if asked.refutes(assumed, one) is True and _fit(assumed, one)])


def _plain(about: World, request: Data) -> Data:
    """Leave out session tags of callers whose tags are described: that nobody passes others is assumed."""
    if caller_of(request["principal"], about.data).described is not None:
        told = request["context"]
        request["context"] = {name: told[name] for name in told if not name.lower().startswith("aws:principaltag/")}
    return request


def _fit(assumed: Data, request: Data) -> bool:
    """Tell whether a request is about the first key and names all that it needs, and its grant one grantee."""
    grant = request.get("create_grant")
    if grant is not None and ("GranteePrincipal" in grant) is ("GranteeServicePrincipal" in grant):
        return False
    needed = needs(assumed, request, caller_of(request["principal"], assumed))
    return all(need.half != "untold" and need.key in (None, assumed["key"]) for need in needed)


def as_data(request: Request) -> Data:
    """Write a request of the package as a scenario has it."""
    data: Data = {
        "principal": request.principal,
        "action": request.action,
        "encryption_context": dict(request.encryption_context),
        "context": {name: list(values) if len(values) != 1 else values[0] for name, values in request.context.items()},
        "grant_tokens": list(request.grant_tokens),
        "parameters": dict(request.parameters),
    }
    data.update({"resource": list(request.resources)} if request.resources else {})
    data.update({"create_grant": format_grant(request.create_grant)} if request.create_grant is not None else {})
    data.update({"grant_id": request.grant_id} if request.grant_id is not None else {})
    return data

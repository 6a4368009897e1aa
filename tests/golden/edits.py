"""Edits of an intent, a field each, and what a render makes of one over the last: without files, and without a command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from kmsgen.compiler.compile import compile_intent
from kmsgen.errors import Location
from kmsgen.intent.intent import Access, GrantLine, GuardRailLine, Intent
from kmsgen.policy.grant import Grant
from kmsgen.render.deployment import Deployment, deployment_of
from kmsgen.render.edits.transition import former_of, in_between
from kmsgen.render.history import UNKNOWN, History
from kmsgen.render.terraform.addresses import history_after
from kmsgen.render.terraform.modules import render

Edit = Callable[[Intent], Intent | None]
"""An edit; None where the intent has nothing of what it changes."""

ANOTHER = "key/55555555-12ab-34cd-56ef-555555555555"
EDITED = Location("edited.yaml", 1, 1)


class Step(NamedTuple):
    """A render: the intent with what it holds of the last one, and its deployment."""

    between: Intent
    deployment: Deployment

    @property
    def modules(self) -> dict[str, str]:
        """The text of each module by its folder."""
        found = (one for one in render(self.deployment).artifacts if one.path.endswith("/main.tf"))
        return {one.path.removesuffix("/main.tf"): one.text for one in found}


def step(intent: Intent, history: History = UNKNOWN, *, applied: bool = False) -> Step:
    """Render an intent over the last render. Raises KmsgenError where the intent cannot be had."""
    former = former_of(intent, history, applied=applied)
    history = history.settled if applied else history
    between = in_between(intent, former)
    return Step(between, deployment_of(intent, compile_intent(between).bundle, history, former))


def after(last: Step, intent: Intent, *, applied: bool = False) -> Step:
    """Render an intent over a render."""
    return step(intent, history_after(last.deployment), applied=applied)


def _person(intent: Intent, name: str) -> str:
    return f"arn:{intent.scope.partition}:iam::{intent.scope.account}:role/{name}"


def _key(**changes: Any) -> Edit:
    return lambda intent: intent._replace(key=intent.key._replace(**changes)) if intent.key else None


def _scope(**changes: str | None) -> Edit:
    def edit(intent: Intent) -> Intent:
        told = {name: value and _person(intent, value) for name, value in changes.items()}
        return intent._replace(scope=intent.scope._replace(**told))

    return edit


def _less(field: str, least: int = 0) -> Edit:
    """Return an edit that takes the last line of a field away, where more than so many are left."""

    def edit(intent: Intent) -> Intent | None:
        lines = getattr(intent, field)
        return intent._replace(**{field: lines[:-1]}) if len(lines) > least else None

    return edit


def _more(field: str, make: Callable[[Intent], object]) -> Edit:
    return lambda intent: intent._replace(**{field: (*getattr(intent, field), make(intent))})


def _narrower(intent: Intent) -> Intent | None:
    """Take all operations but one from each grant."""
    lines = [line._replace(grant=line.grant._replace(operations=line.grant.operations[:1])) for line in intent.grants]
    return intent._replace(grants=tuple(lines)) if lines else None


def _fewer_actions(intent: Intent) -> Intent | None:
    """Take the last action from each line of `users`."""
    lines = tuple(line._replace(actions=line.actions[:-1] or line.actions) for line in intent.users)
    return intent._replace(users=lines) if lines != intent.users else None


def _delegation(intent: Intent) -> Intent:
    return intent._replace(delegation={"iam": "key-policy", "key-policy": "iam", "both": "iam"}[intent.delegation])


def _another_key(intent: Intent) -> Intent | None:
    scope = intent.scope
    if not (intent.keys and scope.regions):
        return None
    return intent._replace(keys=(*intent.keys, f"arn:{scope.partition}:kms:{scope.regions[0]}:{scope.account}:{ANOTHER}"))


def _fewer_replicas(intent: Intent) -> Intent | None:
    return _key(replicas=intent.key.replicas[1:])(intent) if intent.key and intent.key.replicas else None


EDITS: Mapping[str, Edit] = {
    "description": _key(description="edited"),
    "tags": _key(tags=(("edited", "yes"),)),
    "rotation": lambda intent: _key(rotation_days=400)(intent) if intent.key and intent.key.rotation_days else None,
    "deletion window": _key(deletion_window_days=9),
    "alias": _key(alias="alias/edited"),
    "no alias": _key(alias=None),
    "another deployer": _scope(deployer="edited-deployer"),
    "no deployer": _scope(deployer=None),
    "delegation": _delegation,
    "an administrator more": _more("admins", lambda to: Access(EDITED, "admin", _person(to, "edited"), ("kms:DescribeKey",))),
    "an administrator less": _less("admins", 1),
    "a user more": _more("users", lambda to: Access(EDITED, "user", _person(to, "edited"), ("kms:DescribeKey",))),
    "a user less": _less("users"),
    "fewer actions": _fewer_actions,
    "a service less": _less("services"),
    "a grant more": lambda to: _more(
        "grants", lambda to: GrantLine(EDITED, Grant("edited", _person(to, "edited"), ("DescribeKey",), name="edited"))
    )(to) if to.governed else None,
    "a grant less": _less("grants"),
    "narrower grants": _narrower,
    "a guard rail more": _more("guardrails", lambda _: GuardRailLine(EDITED, "deny-lockout-bypass")),
    "a guard rail less": _less("guardrails"),
    "iam": lambda intent: intent._replace(iam="write"),
    "key policies that are kept": lambda intent: intent._replace(keep_key_policies=True) if intent.keys else None,
    "key policies that are written": lambda intent: intent._replace(
        keep_key_policies=False
    ) if intent.keep_key_policies and intent.keys else None,
    "a key more": _another_key,
    "a key less": _less("keys", 1),
}  # fmt: skip

# What takes another key: it is to be refused.
REPLACING: Mapping[str, Edit] = {
    "spec": _key(spec="HMAC_384", usage="GENERATE_VERIFY_MAC", rotation_days=None),
    "origin": _key(origin="EXTERNAL", rotation_days=None),
    "multi-Region": lambda intent: _key(multi_region=not intent.key.multi_region, replicas=())(intent) if intent.key else None,
    "Region": lambda intent: intent._replace(scope=intent.scope._replace(regions=("eu-west-3",))) if intent.key else None,
    "a replica less": _fewer_replicas,
    "keys": lambda intent: intent._replace(
        key=None, keys=(f"arn:aws:kms:us-west-2:{intent.scope.account}:{ANOTHER}",)
    ) if intent.key else None,
}  # fmt: skip

# --- what Terraform would do --------------------------------------------------------------------------------------------

_RESOURCE = re.compile(r'resource "(aws_\w+)" "(\w+)" \{$', re.MULTILINE)
_CARRIED = re.compile(r"^  from = ([\w.]+)$", re.MULTILINE)
_MOVED = re.compile(r"^moved \{\n  from = ([\w.]+)\n  to   = ([\w.]+)$", re.MULTILINE)
# What forces Terraform to take another resource in the place of one.
_FIXED = re.compile(
    r"^  (key_usage|customer_master_key_spec|multi_region|name|key_id|grantee_principal|role|user|primary_key_arn) += (.*)$",
    re.MULTILINE,
)
KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key", "aws_kms_key_policy")


def resources(text: str) -> dict[str, dict[str, str]]:
    """Return what is fixed of each resource of a module, by address."""
    parts = re.split(r"^(?=resource )", text, flags=re.MULTILINE)
    found = ((_RESOURCE.match(part), part.split("\n}\n")[0]) for part in parts)
    return {f"{head[1]}.{head[2]}": dict(_FIXED.findall(body)) for head, body in found if head}


def destroyed(before: str, now: str, kinds: Iterable[str] = KEYS) -> list[str]:
    """Return the addresses of a module, of resources of these kinds, that Terraform would destroy or replace for another."""
    there = resources(now)
    kept = {address: fixed for address, fixed in resources(before).items() if address not in _CARRIED.findall(now)}
    return [one for one, fixed in kept.items() if one.partition(".")[0] in kinds and there.get(one) != fixed]


def moved(now: str) -> dict[str, str]:
    """Return the addresses of a module by what they were."""
    return dict(_MOVED.findall(now))

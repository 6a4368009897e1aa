"""Intents at random, over the whole language, with what they mean: the calls that they let through, and rule out."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.generators.intent_calls import HOME, OWN_ORG, REGION, REPLICA, Call, own_arn
from tests.generators.intent_lines import NEVER, SERVICES, WHEN, WORDS, Meaning, guard_rail, may, principals


@dataclass(frozen=True)
class Meant:
    """The text of an intent and of its base, what it allows and rules out, and calls that its lines are about."""

    text: str
    base: str
    allows: Meaning
    rules_out: Meaning
    examples: tuple[Call, ...]
    every_key: bool = False
    exists: bool = False
    regions: tuple[str, ...] = (REGION,)
    grants: bool = False


def _line(chance: random.Random, delegation: str) -> tuple[str, Meaning, Call]:
    named = principals(delegation)
    who = chance.choice(list(named))
    words = chance.sample(named[who], chance.randint(1, 2))
    conditions = chance.sample(WHEN, chance.choice((0, 1, 1, 2)))
    said = f", when: {{{', '.join(one.text for one in conditions)}}}" if conditions else ""
    call = who.example(Call("", action=chance.choice([action for word in words for action in WORDS[word]]), for_aws=True))
    for one in conditions:
        call = one.example(call)
    lets = may(words)
    text = f"{{principal: '{who.text}', can: [{', '.join(words)}]{said}}}"
    return text, lambda call: who.holds(call) and lets(call) and all(one.holds(call) for one in conditions), call


def _grant(call: Call) -> bool:
    inside = dict(call.pairs).get("app") == "a"
    return call.role == own_arn("role/g") and call.action == "Decrypt" and inside and call.region == REGION


GRANT = "{name: g, grantee: role/g, operations: [Decrypt], constraints: {encryption_context_subset: {app: a}}}"


def intent(chance: random.Random) -> Meant:
    """Return an intent at random; not each is one that kmsgen takes."""
    every_key, exists = chance.random() < 0.1, chance.random() < 0.3
    delegation = chance.choice(("key-policy", "key-policy", "iam", "both"))
    lines = [_line(chance, "iam" if every_key else delegation) for _ in range(chance.randint(1, 4))]
    services = chance.sample(SERVICES, 0 if every_key else chance.choice((0, 0, 1, 2)))
    rails = [] if every_key else [guard_rail(chance) for _ in range(chance.choice((0, 0, 1, 2)))]
    never = chance.sample(sorted(NEVER), chance.choice((0, 0, 0, 1)))
    granted = not every_key and chance.random() < 0.3
    replicas = not (every_key or exists) and chance.random() < 0.3
    parts = {
        "users": [text for text, _, _ in lines],
        "services": [one.text for one in services],
        "guardrails": [text for text, _ in rails],
        "grants": [GRANT] if granted else [],
        "never": [f"{{principal: '{name}', actions: ['kms:Decrypt']}}" for name in never],
    }
    below = {name: chance.randint(0, len(texts)) for name, texts in parts.items()} if chance.random() < 0.4 else {}
    base = _lists({name: texts[: below.get(name, 0)] for name, texts in parts.items()})
    own = _lists({name: texts[below.get(name, 0) :] for name, texts in parts.items()})
    means = [meaning for _, meaning, _ in lines] + [one.holds for one in services] + ([_grant] if granted else [])
    examples = [call for _, _, call in lines] + [one.example(Call("")) for one in services]
    examples += [Call(own_arn("role/g"), pairs=(("app", "a"),))] if granted else []

    def allows(call: Call) -> bool:
        return any(meaning(call) for meaning in means) and not any(denies(call) for _, denies in rails)

    def rules_out(call: Call) -> bool:
        return call.action == "Decrypt" and any(NEVER[name](call) for name in never)

    head = _head(delegation, every_key=every_key, exists=exists, replicas=replicas)
    text = head + ("extends: base.yaml\n" if base else "") + own
    regions = (REGION, REPLICA) if replicas else (REGION,)
    return Meant(text, base, allows, rules_out, tuple(examples), every_key, exists, regions, granted)


def _lists(parts: Mapping[str, list[str]]) -> str:
    return "".join(f"{name}:\n" + "".join(f"  - {text}\n" for text in texts) for name, texts in parts.items() if texts)


KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def _head(delegation: str, *, every_key: bool, exists: bool, replicas: bool) -> str:
    scope = f'kmsgen: 1\nname: random\nscope: {{account: "{HOME}", regions: [{REGION}], organization: {OWN_ORG}}}\n'
    if every_key:
        return f'{scope}keys: "*"\n'
    made = f"key: {{alias: app/data{f', multi_region: true, replicas: [{REPLICA}]' if replicas else ''}}}\n"
    listed = f'keys: ["arn:aws:kms:{REGION}:{HOME}:key/{KEY_ID}"]\n'
    return f"{scope}{listed if exists else made}delegation: {delegation}\nadmins: [role/Admin]\n"

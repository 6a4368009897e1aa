"""Intents at random, over the whole language, with what they mean: the calls that they let through, and rule out."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.generators.intent_calls import HOME, OWN_ORG, REGION, REPLICA, Call, own_arn
from tests.generators.intent_lines import (
    GRANTS,
    NEVER,
    WHEN,
    WORDS,
    Meaning,
    deploys,
    guard_rail,
    may,
    principals,
    services,
)  # fmt: skip

OF_ADMINS = ("describe", "view", "revoke-grants", "kms:GetKeyPolicy", "schedule-deletion", "rotate")
BASES = ("root.yaml", "base.yaml", "second.yaml")


@dataclass(frozen=True)
class Meant:
    """The text of an intent and of its bases, what it allows and rules out, and calls that its lines are about."""

    text: str
    bases: Mapping[str, str]
    allows: Meaning
    rules_out: Meaning
    examples: tuple[Call, ...]
    by_iam_alone: bool = False
    regions: tuple[str, ...] = (REGION,)


@dataclass(frozen=True)
class Setting:
    """What an intent is about: `every_key`, keys that exist (whose key policies it may `keep`), or a key to create."""

    every_key: bool
    exists: bool
    keeps: bool
    replicas: bool
    deployer: bool
    delegation: str
    told: str = ""

    @property
    def by_iam_alone(self) -> bool:
        """Whether no key policy is written."""
        return self.every_key or self.keeps


@dataclass
class Lines:
    """Lines of an intent by their list, what they let through together, and calls that they are about."""

    texts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in ("admins", "users", "services", "grants")})
    means: list[Meaning] = field(default_factory=list)
    examples: list[Call] = field(default_factory=list)

    def add(self, name: str, text: str, meaning: Meaning, *examples: Call) -> None:
        """Add one line."""
        self.texts.setdefault(name, []).append(text)
        self.means.append(meaning)
        self.examples.extend(examples)


def _line(chance: random.Random, delegation: str, only: Sequence[str]) -> tuple[str, Meaning, Call]:
    named = {who: [word for word in words if word in only] for who, words in principals(delegation).items()}
    who = chance.choice([who for who, words in named.items() if words])
    words = chance.sample(named[who], min(len(named[who]), chance.randint(1, 2)))
    conditions = chance.sample(WHEN, chance.choice((0, 1, 1, 2)))
    said = f", when: {{{', '.join(one.text for one in conditions)}}}" if conditions else ""
    call = who.example(Call("", action=chance.choice([action for word in words for action in WORDS[word]]), for_aws=True))
    for one in conditions:
        call = one.example(call)
    lets = may(words)
    text = f"{{principal: '{who.text}', can: [{', '.join(words)}]{said}}}"
    return text, lambda call: who.holds(call) and lets(call) and all(one.holds(call) for one in conditions), call


def _setting(chance: random.Random) -> Setting:
    every_key, exists = chance.random() < 0.1, chance.random() < 0.3
    exists = exists and not every_key
    told = chance.choice(("", "spec: SYMMETRIC_DEFAULT\nusage: ENCRYPT_DECRYPT\n", "origin: AWS_KMS\nmulti_region: false\n"))
    return Setting(
        every_key=every_key,
        exists=exists,
        keeps=exists and chance.random() < 0.3,
        replicas=not (every_key or exists) and chance.random() < 0.3,
        deployer=chance.random() < 0.3,
        delegation="iam" if every_key else chance.choice(("key-policy", "key-policy", "iam", "both")),
        told=told if exists else "",
    )


def intent(chance: random.Random) -> Meant:
    """Return an intent at random; not each is one that kmsgen takes."""
    about, lines = _setting(chance), Lines()
    lines.texts["admins"] += [] if about.by_iam_alone else ["role/Admin"]
    delegation = "iam" if about.by_iam_alone else about.delegation
    for _ in range(chance.randint(1, 4)):
        lines.add("users", *_line(chance, delegation, tuple(WORDS)))
    if chance.random() < 0.2:
        lines.add("admins", *_line(chance, delegation, OF_ADMINS))
    for one in chance.sample(services(delegation), 0 if about.by_iam_alone else chance.choice((0, 0, 1, 2))):
        lines.add("services", one.text, one.holds, one.example(Call("")))
    if not about.by_iam_alone and chance.random() < 0.3:
        text = chance.choice(list(GRANTS))
        lines.add("grants", text, GRANTS[text], Call(own_arn("role/g"), pairs=(("app", "a"),)))
    deployed = about.deployer and not lines.texts["grants"] and not about.by_iam_alone
    if deployed:
        lines.means.append(deploys(exists=about.exists))
        lines.examples.append(Call(own_arn("role/ci"), action=chance.choice(("DescribeKey", "GetKeyPolicy", "Decrypt"))))
    rails = [guard_rail(chance) for _ in range(0 if about.by_iam_alone else chance.choice((0, 0, 1, 2)))]
    never = chance.sample(sorted(NEVER), chance.choice((0, 0, 0, 1)))
    parts = {
        **lines.texts,
        "guardrails": [text for text, _ in rails],
        "never": [f"{{principal: '{name}', actions: ['kms:Decrypt']}}" for name in never],
    }
    text, bases = _written(chance, _head(about, deployer=deployed), parts)

    def allows(call: Call) -> bool:
        return any(meaning(call) for meaning in lines.means) and not any(denies(call) for _, denies in rails)

    def rules_out(call: Call) -> bool:
        return call.action == "Decrypt" and any(NEVER[name](call) for name in never)

    regions = (REGION, REPLICA) if about.replicas else (REGION,)
    return Meant(text, bases, allows, rules_out, tuple(lines.examples), about.by_iam_alone, regions)


# --- the files ----------------------------------------------------------------------------------------------------------

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def _written(chance: random.Random, head: str, parts: Mapping[str, list[str]]) -> tuple[str, dict[str, str]]:
    """Return the text of the intent and of what it extends: nothing, one file, or two that extend a third."""
    count = chance.choice((0, 0, 0, 1, 2))
    places = {0: ("",), 1: ("base.yaml", ""), 2: (*BASES, "")}[count]
    shares: dict[str, dict[str, list[str]]] = {place: {} for place in places}
    for name, texts in parts.items():
        cuts = sorted(chance.randint(0, len(texts)) for _ in places[1:])
        for place, start, end in zip(places, [0, *cuts], [*cuts, len(texts)], strict=True):
            shares[place][name] = texts[start:end]
    bases = {place: _lists(shares[place]) for place in places if place}
    if bases.get("root.yaml"):
        bases = {name: text if name == "root.yaml" else f"extends: root.yaml\n{text}" for name, text in bases.items()}
    bases = {name: text for name, text in bases.items() if text}
    above = [name for name in bases if name != "root.yaml"]
    return head + (f"extends: [{', '.join(above)}]\n" if above else "") + _lists(shares[""]), bases


def _lists(parts: Mapping[str, list[str]]) -> str:
    return "".join(f"{name}:\n" + "".join(f"  - {text}\n" for text in texts) for name, texts in parts.items() if texts)


def _head(about: Setting, *, deployer: bool) -> str:
    who = ", deployer: role/ci" if deployer else ""
    scope = f'kmsgen: 1\nname: random\nscope: {{account: "{HOME}", regions: [{REGION}], organization: {OWN_ORG}{who}}}\n'
    if about.every_key:
        return f'{scope}keys: "*"\n'
    made = f"key: {{alias: app/data{f', multi_region: true, replicas: [{REPLICA}]' if about.replicas else ''}}}\n"
    kept = "key_policy: keep\n" if about.keeps else ""
    listed = f'keys: ["arn:aws:kms:{REGION}:{HOME}:key/{KEY_ID}"]\n{about.told}{kept}'
    iam = "write" if about.exists else "attach"  # who puts them in place is no matter of what they say
    return f"{scope}{listed if about.exists else made}delegation: {about.delegation}\niam: {iam}\n"

"""Intents from short texts, what they compile to, and the answers of the checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.excess_access import beyond
from kmsgen.checks.intent.lockout import locked_out
from kmsgen.checks.intent.missing_access import not_allowed
from kmsgen.checks.intent.specification import specify
from kmsgen.checks.intent.verification import ask
from kmsgen.compiler import Compiled, compile_intent
from kmsgen.intent.intent import Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Statement
from kmsgen.reading import parse

ACCOUNT = "111122223333"
OTHER = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
PARTNER = f"arn:aws:iam::{OTHER}:role/partner"

HEAD = f"""
kmsgen: 1
name: test
scope: {{account: "{ACCOUNT}", regions: [us-west-2], organization: o-exampleorgid, deployer: role/ci}}
"""
KEY = "key: {alias: app/data, tags: {team: x}}\n"
ADMIN = "admins: [role/Admin]\n"

EXAMPLE = f"""
admins:
  - role/Admin
  - {{principal: role/break-glass, can: [schedule-deletion, change-policy]}}
users:
  - {{principal: role/app, can: [encrypt, decrypt, describe, generate-data-key], when: {{encryption_context: {{app: payments}}}}}}
  - {{principal: role/reporting, can: [decrypt], when: {{via: [s3]}}}}
  - {{principal: role/launcher, can: [use-grants, generate-data-key], when: {{via: [ec2]}}}}
  - {{principal: role/office, can: [decrypt], when: {{source_ip: [203.0.113.0/24], mfa: true}}}}
  - {{principal: "{PARTNER}", can: [decrypt]}}
services:
  - {{service: logs, resources: ["arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/payments/*"]}}
  - {{service: guardduty, resources: ["arn:aws:guardduty:us-west-2:{ACCOUNT}:detector/d"]}}
grants:
  - name: nightly
    grantee: role/exporter
    operations: [Decrypt, GenerateDataKey]
    constraints: {{encryption_context_subset: {{app: payments}}}}
    retiring_principal: role/app
guardrails:
  - {{deny-delete: {{except: [role/break-glass]}}}}
"""


@dataclass(frozen=True)
class Case:
    """An intent and a bundle that is held against it."""

    intent: Intent
    compiled: Compiled
    bundle: Bundle

    def findings(self) -> list[Finding]:
        """Return what the three questions find, the second by enumeration."""
        specification = specify(self.intent, [access.key for access in self.bundle.keys])
        origins = self.compiled.origins
        return [
            *not_allowed(self.intent, specification, self.bundle, origins),
            *beyond(self.intent, specification, self.bundle, origins),
            *locked_out(self.intent, self.bundle),
        ]

    def mutated(self, change: Callable[[Bundle], Bundle]) -> Case:
        """Return the case with another bundle."""
        changed = change(self.bundle)
        assert changed != self.bundle, "the mutation changed nothing"
        return replace(self, bundle=changed)


def case(text: str, *, head: str = HEAD, key: str = KEY) -> Case:
    """Compile an intent."""
    intent = resolve(parse(head + key + text, "intent.yaml"))
    compiled = compile_intent(intent)
    return Case(intent, compiled, compiled.bundle)


def rewrite(bundle: Bundle, word: str, change: Callable[[Statement], Statement | None]) -> Bundle:
    """Return the bundle with each key-policy statement whose Sid has the word in it changed, or dropped where None comes back."""
    access = bundle.keys[0]
    statements = [change(s) if word in (s.sid or "") else s for s in access.policy.statements]
    policy = access.policy._replace(statements=tuple(s for s in statements if s is not None))
    return bundle._replace(keys=(access._replace(policy=policy), *bundle.keys[1:]))


def no(text: str, **options: str) -> list[str]:
    """Return what the three questions find on what an intent compiles to."""
    found = case(text, **options)
    answers = ask(found.intent, found.bundle, found.compiled.origins, thorough=True)
    return [str(finding.diagnostic) for answer in answers for finding in answer.findings]

"""Lint rules on a whole policy as it is written.

Source: KMS Developer Guide, key-policy-overview; IAM User Guide, reference_policies_elements_sid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kmsgen.arn import ACCOUNT_ID, account_of
from kmsgen.checks.finding import ERROR, NOTE, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.written import KEY_POLICY, Written, WrittenStatement
from kmsgen.policy.document import Principal
from kmsgen.policy.json_form import KEY_POLICY_BYTES, compact_policy, format_document


def duplicate_sids(policy: Written) -> Iterator[Violation]:
    """Find Sids that more than one statement has."""
    counted = Counter(statement.sid for statement in policy.document.statements if statement.sid)
    for number, statement in enumerate(policy.document.statements):
        if statement.sid and counted[statement.sid] > 1:
            yield Violation(policy.place(number, ("Sid",)), f"the Sid `{statement.sid}` stands twice", key=policy.key)


def oversized_policies(policy: Written) -> Iterator[Violation]:
    """Find key policies that KMS refuses for their size."""
    size = len(compact_policy(format_document(policy.document)).encode())
    if policy.kind == KEY_POLICY and size > KEY_POLICY_BYTES:
        message = f"the policy has {size} bytes without white space, and a key policy has at most {KEY_POLICY_BYTES}"
        yield Violation(policy.where(policy.steps), message, key=policy.key)


def foreign_accounts(policy: Written) -> Iterator[Violation]:
    """Find whole accounts other than the key's that are allowed everything without a condition."""
    whole = [(one, account) for one in policy.statements() if policy.kind == KEY_POLICY for account in _given_everything(one)]
    accounts = list(dict.fromkeys(account for _, account in whole))
    if not policy.account and len(accounts) < 2:
        return
    for statement, account in whole:
        if not policy.account:
            message = f"accounts {', '.join(accounts)} each have every permission, and one of them at most owns the key"
            yield statement.problem(message, "Principal")
        elif account != policy.account:
            message = f"the whole of account {account} has every permission that another account can have"
            yield statement.problem(message, "Principal")


def _given_everything(statement: WrittenStatement) -> list[str]:
    """Return the accounts to which a statement gives everything, whole and without a condition."""
    written = statement.statement
    if not statement.allows or written.conditions or written.not_principal or not {"*", "kms:*"} & set(written.actions):
        return []
    return [account for one in statement.principals if (account := _whole_account(one)) is not None]


def _whole_account(principal: Principal) -> str | None:
    whole = principal.kind == "AWS" and (ACCOUNT_ID.match(principal.value) or principal.value.endswith(":root"))
    return account_of(principal.value) if whole else None


def keys_not_told(policy: Written) -> Iterator[Violation]:
    """Find key policies that do not tell which account owns the key, so that nothing can be proved."""
    if policy.kind == KEY_POLICY and not policy.account:
        yield Violation(policy.where(policy.steps), "it is not told whose key this policy is for: nothing is proved of it")


RULES = (
    LintRule(
        "duplicate-sid",
        ERROR,
        meaning="Two statements of a policy have the same Sid.",
        why="A Sid names one statement: IAM refuses such a policy, and nobody can tell which statement a log or a finding means.",
        mend="give each its own",
        source=IAM_GUIDE.format("reference_policies_elements_sid"),
        find=duplicate_sids,
    ),
    LintRule(
        "too-large",
        ERROR,
        meaning="A key policy is larger than 32 KiB, white space not counted.",
        why="KMS refuses it.",
        mend="merge statements, or use grants",
        source=KMS_GUIDE.format("key-policy-overview"),
        find=oversized_policies,
    ),
    LintRule(
        "foreign-account",
        WARNING,
        meaning="A key policy gives a whole other account every permission.",
        why="That account's administrators then decide which of their principals use the key and create grants on it, without the"
        " key's owner.",
        mend="name the principals or the account with the actions that they need",
        source=KMS_GUIDE.format("key-policy-modifying-external-accounts"),
        find=foreign_accounts,
    ),
    LintRule(
        "key-not-told",
        NOTE,
        meaning="A key policy names no account or several, and nothing else says which of them owns the key.",
        why="The rules on a key with all that bears on it, public access and lockout among them, have no answer then.",
        mend="name the key with `--key-arn`",
        source=KMS_GUIDE.format("key-policy-overview"),
        find=keys_not_told,
    ),
)
"""The rules on a policy as it is written."""

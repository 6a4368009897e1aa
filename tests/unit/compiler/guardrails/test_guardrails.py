"""Guard rails as Deny statements, and the contradictions they can be part of. What they deny is judged in the checks."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.guardrails import DENY, GUARD_RAILS
from kmsgen.compiler.guardrails.guardrails import BUILDERS
from kmsgen.errors import InputError, RefusedError
from kmsgen.policy.document import EVERYONE, Effect
from tests.unit.compiler.compiling import ADMIN, ROLE, Compile, conditions, identity, statements

LOGS = "logs.us-west-2.amazonaws.com"
AS_TOLD = '{deny: {actions: [kms:Re*, decrypt], when: {conditions: {BoolIfExists: {aws:MultiFactorAuthPresent: "false"}}}}}'


def test_every_guard_rail_of_the_catalogue_can_be_built() -> None:
    """The catalogue promises no guard rail that the compiler lacks."""
    assert set(BUILDERS) == set(GUARD_RAILS)


@pytest.mark.parametrize("name", sorted(GUARD_RAILS))
def test_a_guard_rail_denies_everybody_in_full_words(compiled: Compile, name: str) -> None:
    """Each is a Deny for everybody, of actions listed one by one."""
    rail = AS_TOLD if name == DENY else name
    found = compiled(f"users: [{{principal: role/app, can: [decrypt]}}]\nguardrails: [{rail}]")
    denies = [s for s in found.bundle.keys[0].policy.statements if s.effect is Effect.DENY]
    assert denies
    for statement in denies:
        assert statement.principals == (EVERYONE,)
        assert not [action for action in statement.actions if "*" in action]


def test_a_deny_as_told_lists_its_actions_and_conditions(compiled: Compile) -> None:
    """`deny` takes words and patterns of actions, spelled out; a file may have several, for services and accounts too."""
    found = compiled(
        f"""users: [{{principal: role/app, can: [decrypt, encrypt]}}]
guardrails:
  - {AS_TOLD}
  - deny: {{for: [account, {LOGS}], actions: [kms:Sign, kms:Encrypt], when: {{via: [s3]}}, except: [role/x]}}"""
    )
    other, one = [s for s in found.bundle.keys[0].policy.statements if s.effect is Effect.DENY]
    assert conditions(one) == {("BoolIfExists", "aws:MultiFactorAuthPresent"): ("false",)}
    assert {"kms:Decrypt", "kms:ReEncryptFrom", "kms:RevokeGrant"} <= set(one.actions)
    assert other.actions == ("kms:Encrypt",)
    assert [(who.kind, who.value.rpartition(":")[2]) for who in other.principals or ()] == [
        ("AWS", "root"),
        ("Service", LOGS),
    ]
    assert {operator for operator, _ in conditions(other)} == {"ArnNotEquals", "StringEquals"}


def test_a_deny_of_what_no_key_policy_decides_is_refused(compiled: Compile) -> None:
    """It would be written and have no effect."""
    with pytest.raises(InputError) as caught:
        compiled("guardrails: [{deny: {actions: [kms:Sign]}}]")
    assert caught.value.diagnostics[0].code == "guardrail-key-type"


def test_other_guard_rails_say_themselves_what_they_deny(compiled: Compile) -> None:
    """`actions` and `when` belong to `deny` alone."""
    with pytest.raises(InputError) as caught:
        compiled("guardrails: [{deny-delete: {actions: [decrypt], when: {mfa: true}}}]")
    assert [one.code for one in caught.value.diagnostics] == ["guardrail-option", "guardrail-option"]


def test_administrators_lose_what_a_guard_rail_denies(compiled: Compile) -> None:
    """Without `can` an administrator gets the set minus what the same file denies."""
    (statement,) = statements(compiled("guardrails: [deny-delete]"), "Administer by Admin")
    assert not {"kms:ScheduleKeyDeletion", "kms:DisableKey"} & set(statement.actions)
    (spared,) = statements(compiled("guardrails: [{deny-delete: {except: [role/Admin]}}]"), "Administer by Admin")
    assert {"kms:ScheduleKeyDeletion", "kms:DisableKey"} <= set(spared.actions)


@pytest.mark.parametrize(
    "text",
    [
        "users: [{principal: role/app, can: [schedule-deletion]}]\nguardrails: [deny-delete]",
        "users: [{principal: role/app, can: [schedule-deletion]}]\nguardrails: [{deny-delete: {except: [role/other]}}]",
        "grants: [{name: g, grantee: role/app, operations: [Decrypt]}]\nguardrails: [deny-grants-to-principals]",
        "services: [{service: identity-center}]\nguardrails: [deny-everyone-else]",
        "users: [{principal: role/app, can: [decrypt]}]\nguardrails: [{deny: {actions: [kms:De*], for: [role/app]}}]",
    ],
)
def test_a_guard_rail_against_the_file_is_a_contradiction(compiled: Compile, text: str) -> None:
    """What the file says in so many words cannot be denied by it: the error names both lines."""
    with pytest.raises(RefusedError) as caught:
        compiled(text)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "contradiction"
    assert diagnostic.location.line > 0
    assert "intent.yaml:" in diagnostic.message


@pytest.mark.parametrize("exception", ["role/app", "account"])
def test_an_exception_settles_the_contradiction(compiled: Compile, exception: str) -> None:
    """The principal itself, or its account, can be excepted."""
    text = f"users: [{{principal: role/app, can: [schedule-deletion]}}]\nguardrails: [{{deny-delete: {{except: [{exception}]}}}}]"
    assert statements(compiled(text), "Use by app")


def test_everyone_else_leaves_out_whom_the_intent_names(compiled: Compile) -> None:
    """Users, administrators and grantees are named; so are the services, by aws:PrincipalServiceName.

    Who may only retire a grant is not: no key policy decides RetireGrant.
    """
    found = compiled(
        """users: [{principal: role/app, can: [decrypt]}]
services: [{service: logs, resources: ["arn:aws:logs:us-west-2:111122223333:log-group:/a"]}]
grants: [{name: g, grantee: role/grantee, operations: [Decrypt], retiring_principal: role/retiree}]
guardrails: [deny-everyone-else]
"""
    )
    (statement,) = statements(found, "Deny everyone else")
    held = conditions(statement)
    assert set(held["ArnNotEquals", "aws:PrincipalArn"]) == {f"{ROLE}{name}" for name in ("app", "Admin", "grantee")}
    assert set(held["StringNotEquals", "aws:PrincipalServiceName"]) == {"logs.us-west-2.amazonaws.com", "logs.amazonaws.com"}


def test_everyone_else_spares_aws_where_services_create_grants(compiled: Compile) -> None:
    """A service acts by its grant as a principal that no file can name, EBS as role/aws:ec2-infrastructure."""
    found = compiled("services: [{service: ebs, principals: [role/app]}]\nguardrails: [deny-everyone-else]")
    (statement,) = statements(found, "Deny everyone else")
    held = conditions(statement)
    assert held["BoolIfExists", "aws:PrincipalIsAWSService"] == ("false",)
    assert f"{ROLE}aws:ec2-infrastructure" in held["ArnNotEquals", "aws:PrincipalArn"]


def test_a_named_account_is_left_out_of_what_its_line_gives(compiled: Compile) -> None:
    """Each of its principals is, where aws:PrincipalArn with a root ARN would mean its root user only."""
    found = compiled(
        "guardrails: [deny-everyone-else]", admin="admins: [role/Admin, {principal: account, can: [change-policy]}]\n"
    )
    whole, narrow = sorted(statements(found, "Deny everyone else"), key=lambda statement: -len(statement.actions))
    assert conditions(whole) == {("ArnNotEquals", "aws:PrincipalArn"): (f"{ROLE}Admin",)}
    assert narrow.actions == ("kms:GetKeyPolicy", "kms:PutKeyPolicy")
    assert conditions(narrow) == {("StringNotEquals", "aws:PrincipalAccount"): ("111122223333",)}
    assert [s.sid for s in (whole, narrow)] == ["Deny everyone else", "Deny everyone else but account 111122223333"]


def test_a_named_session_does_not_open_its_role(compiled: Compile) -> None:
    """The role is left out of the first Deny, and a second one denies its other sessions."""
    session = "arn:aws:sts::111122223333:assumed-role/app/s1"
    found = compiled(f"users: [{{principal: '{session}', can: [decrypt]}}]\nguardrails: [deny-everyone-else]")
    first, second = statements(found, "Deny everyone else")
    patterns = {f"{ROLE}app", f"{ROLE}*/app"}
    assert patterns < set(conditions(first)["ArnNotLike", "aws:PrincipalArn"])
    assert set(conditions(second)["ArnLike", "aws:PrincipalArn"]) == patterns
    assert conditions(second)["StringNotLike", "aws:userid"] == ("*:s1",)


def test_two_named_sessions_of_a_role_share_a_deny(compiled: Compile) -> None:
    """A Deny each would deny the other one's session."""
    line = "{{principal: 'arn:aws:sts::111122223333:assumed-role/app/{}', can: [decrypt]}}"
    found = compiled(f"users: [{line.format('s1')}, {line.format('s2')}]\nguardrails: [deny-everyone-else]")
    _, second = statements(found, "Deny everyone else")
    assert conditions(second)["StringNotLike", "aws:userid"] == ("*:s1", "*:s2")


def test_a_session_of_a_named_account_needs_no_deny_of_its_role(compiled: Compile) -> None:
    """Everybody of the account is left out of the Deny of these actions, so a second one would deny nothing."""
    user = "{principal: 'arn:aws:sts::111122223333:assumed-role/app/s1', can: [decrypt]}"
    admins = "admins: [role/Admin, {principal: account, can: [change-policy]}]\n"
    found = compiled(f"users: [{user}]\nguardrails: [deny-everyone-else]", admin=admins)
    denies = [s for s in statements(found, "Deny everyone else") if "kms:PutKeyPolicy" in s.actions]
    assert [conditions(s)["StringNotEquals", "aws:PrincipalAccount"] for s in denies] == [("111122223333",)]


def test_the_deny_of_other_sessions_spares_only_who_has_that_role(compiled: Compile) -> None:
    """Other named principals cannot have the role's ARN: to leave them out would say nothing."""
    user = "{principal: 'arn:aws:sts::111122223333:assumed-role/app/s1', can: [decrypt]}"
    path = "{principal: 'role/team/app', can: [decrypt]}"
    found = compiled(f"users: [{user}, {path}, {{principal: role/other, can: [decrypt]}}]\nguardrails: [deny-everyone-else]")
    _, second = statements(found, "Deny everyone else")
    assert conditions(second)["ArnNotEquals", "aws:PrincipalArn"] == (f"{ROLE}team/app",)


def test_for_some_principals_only(compiled: Compile) -> None:
    """`for` narrows the Deny to these principals."""
    (statement,) = statements(compiled("guardrails: [{deny-delete: {for: [role/app]}}]"), "Deny delete")
    assert [principal.value for principal in statement.principals or ()] == [f"{ROLE}app"]


def test_without_key_policies_the_deny_is_in_iam_policies(compiled: Compile) -> None:
    """For every key of an account, `for` says into whose IAM policies the Deny is written."""
    found = compiled("guardrails: [{deny-delete: {for: [role/app]}}]", key='keys: "*"\n', admin="")
    (item,) = identity(found, f"{ROLE}app")
    assert item["Effect"] == "Deny"
    assert item["Action"] == ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion"]
    assert item["Resource"] == "arn:aws:kms:us-west-2:111122223333:key/*"
    assert "Condition" not in item


def test_direct_use_is_about_cryptographic_calls(compiled: Compile) -> None:
    """Administration is not use."""
    (statement,) = statements(compiled("guardrails: [deny-direct-use]", admin=ADMIN), "Deny direct use")
    assert "kms:Decrypt" in statement.actions
    assert not {"kms:PutKeyPolicy", "kms:DescribeKey", "kms:CreateGrant"} & set(statement.actions)
    assert conditions(statement)["Null", "kms:ViaService"] == ("true",)


def test_without_key_policies_the_deny_is_for_every_kind_of_key(compiled: Compile) -> None:
    """The intent leaves the key spec open, so the actions of every kind are denied."""
    found = compiled("guardrails: [{deny-insecure-transport: {for: [role/app]}}]", key='keys: "*"\n', admin="")
    (item,) = identity(found, f"{ROLE}app")
    assert {"kms:Decrypt", "kms:Sign", "kms:GenerateMac", "kms:DeriveSharedSecret", "kms:Decapsulate"} <= set(item["Action"])


NARROWED = """
users:
  - {principal: role/plain, can: [decrypt, describe]}
  - {principal: role/bound, can: [decrypt], when: {via: [s3], encryption_context: {a: b}}}
  - principal: role/raw
    can: [decrypt]
    when: {conditions: {StringLike: {"kms:ViaService": "s3.*", "kms:EncryptionContext:a": "*"}}}
  - {principal: role/spared, can: [decrypt]}
  - {principal: role/viewer, can: [view]}
grants:
  - {name: open, grantee: role/grantee, operations: [Decrypt, DescribeKey]}
"""


@pytest.mark.parametrize(
    ("rail", "left"),
    [
        ("deny-direct-use", "calls through AWS services"),
        ("deny-without-encryption-context", "calls with an encryption context"),
    ],
)
def test_a_note_names_what_a_guard_rail_narrows(compiled: Compile, rail: str, left: str) -> None:
    """A line that does not say what the guard rail demands gets a note with both places; others get none."""
    found = compiled(f"{NARROWED}guardrails: [{{{rail}: {{except: [role/spared]}}}}]")
    notes = [note for note in found.notes if note.code == "guardrail-narrows"]
    assert [f"role/{name}`" in note.message for name, note in zip(("grantee", "plain"), notes, strict=True)] == [True, True]
    assert all(note.message.endswith(f"`{rail}` leaves only {left}") for note in notes)
    assert all("`kms:Decrypt` of" in note.message and "kms:DescribeKey" not in note.message for note in notes)
    assert [note.location.line for note in notes] == [18, 18]
    assert ["intent.yaml:17:" in notes[0].message, "intent.yaml:9:" in notes[1].message] == [True, True]


def test_a_note_says_which_account_everyone_else_leaves_out(compiled: Compile) -> None:
    """The recovery path for the account takes its principals out of what it gives; without it there is no note."""
    recovery = "users: [{principal: account, can: [change-policy]}]\n"
    rail = "guardrails: [deny-everyone-else]"
    found = [[note.message for note in compiled(text).notes if note.code == "guardrail-spares-account"]
             for text in (recovery + rail, rail)]  # fmt: skip
    spared = "`deny-everyone-else` spares everybody in account 111122223333 in `kms:GetKeyPolicy`, `kms:PutKeyPolicy`"
    assert found == [[f"{spared}, which intent.yaml:7:9 asks for"], []]


PARTNER = "arn:aws:iam::444455556666:role/partner"


@pytest.mark.parametrize(
    "line",
    [
        f"users: [{{principal: '{PARTNER}', can: [decrypt]}}]",
        f"services: [{{service: efs, principals: '{PARTNER}'}}]",
        f"grants: [{{name: g, grantee: '{PARTNER}', operations: [Decrypt]}}]",
        "services: [{service: via/s3, principals: account/444455556666, can: decrypt}]",
        "users: [{principal: 'arn:aws:sts::444455556666:assumed-role/partner/one', can: [decrypt]}]",
    ],
)
@pytest.mark.parametrize(
    ("spared", "noted"), [("[role/x]", True), (f"['{PARTNER}', account/444455556666]", False), ("[account/444455556666]", False)]
)
def test_a_note_names_whoever_must_be_a_member(compiled: Compile, line: str, spared: str, *, noted: bool) -> None:
    """Whatever list names a principal of another account, the guard rail denies it outside the organization."""
    found = compiled(f"{line}\nguardrails: [{{deny-outside-organization: {{except: {spared}}}}}]")
    assert [note.code for note in found.notes if note.code == "must-be-member"] == ["must-be-member"] * noted


@pytest.mark.parametrize(
    ("line", "rail", "noted"),
    [
        ("service: lambda-env, principals: {viewer: role/app}", "deny-direct-use", True),
        ("service: via/s3, principals: role/app, can: decrypt", "deny-direct-use", False),
        ("service: via/s3, principals: role/app, can: decrypt", "deny-without-encryption-context", True),
        ("principal: new.amazonaws.com, can: decrypt", "deny-without-encryption-context", True),
        ("principal: new.amazonaws.com, can: decrypt", "deny-direct-use", False),
    ],
)
def test_a_note_names_what_is_narrowed_of_a_service(compiled: Compile, line: str, rail: str, *, noted: bool) -> None:
    """Whoever uses the key through a service, or a service itself, loses what a line does not say either."""
    found = compiled(f"services: [{{{line}}}]\nguardrails: [{rail}]")
    assert [note.code for note in found.notes if note.code == "guardrail-narrows"] == ["guardrail-narrows"] * noted


def test_everyone_else_is_nobody_whom_the_intent_names(compiled: Compile) -> None:
    """Denied to them alone, the guard rail would deny nothing."""
    with pytest.raises(RefusedError, match="so it denies it nothing"):
        compiled("users: [{principal: role/app, can: [decrypt]}]\nguardrails: [{deny-everyone-else: {for: [role/app]}}]")


def test_a_deny_in_an_iam_policy_spares_nobody_else(compiled: Compile) -> None:
    """Nobody but its principal has the policy."""
    text = "users: [{principal: role/app, can: [decrypt]}]\nguardrails: [{deny-everyone-else: {for: [role/other]}}]"
    (item,) = identity(compiled(text, key='keys: "*"\n', admin=""), f"{ROLE}other")
    assert "Condition" not in item


def test_everyone_else_leaves_out_whom_a_line_names_as_grantee(compiled: Compile) -> None:
    """Who gets the grants that a line lets somebody create acts by them."""
    limits = "{grant: {grantees: [role/batch], operations: [Decrypt]}}"
    found = compiled(
        f"users: [{{principal: role/maker, can: [kms:CreateGrant], when: {limits}}}]\nguardrails: [deny-everyone-else]\n"
    )
    (statement,) = statements(found, "Deny everyone else")
    assert f"{ROLE}batch" in conditions(statement)["ArnNotEquals", "aws:PrincipalArn"]
    assert ("BoolIfExists", "aws:PrincipalIsAWSService") not in conditions(statement)

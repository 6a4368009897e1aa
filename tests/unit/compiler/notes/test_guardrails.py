"""Notes on what guard rails leave of the lines of an intent."""

from __future__ import annotations

import pytest

from tests.unit.compiler.compiling import Compile

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

PARTNER = "arn:aws:iam::444455556666:role/partner"


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
        ("service: lambda-env, principals: {configurer: role/app}", "deny-grants-to-principals", True),
        ("service: opensearch, principals: role/app", "deny-grants-to-principals", False),
    ],
)
def test_a_note_names_what_is_narrowed_of_a_service(compiled: Compile, line: str, rail: str, *, noted: bool) -> None:
    """Whoever uses the key through a service, or a service itself, loses what a line does not say either."""
    found = compiled(f"services: [{{{line}}}]\nguardrails: [{rail}]")
    assert [note.code for note in found.notes if note.code == "guardrail-narrows"] == ["guardrail-narrows"] * noted


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("", True),
        (", when: {grant: {operations: [Decrypt, Encrypt]}}", True),
        (", when: {grant: {operations: [Encrypt]}}", False),
        (", when: {grant: {grantees: [role/x, role/y]}}", True),
        (", when: {grant: {grantees: [role/y]}}", False),
        (", when: {grant: {grantees: [s3.amazonaws.com]}}", False),
        (", when: {grant: {for_aws: true}}", False),
        (", when: {via: [rds]}", False),
        (", when: {conditions: {'ForAnyValue:StringEquals': {kms:GrantOperations: [Encrypt]}}}", True),
        (", when: {conditions: {'ForAllValues:StringLike': {kms:GrantOperations: ['Dec*']}}}", True),
        (", when: {conditions: {StringLike: {kms:GranteePrincipal: 'arn:aws:iam::111122223333:role/*'}}}", True),
        (", when: {conditions: {StringNotEquals: {kms:GranteePrincipal: 'arn:aws:iam::111122223333:role/x'}}}", False),
        (", when: {conditions: {StringNotEquals: {kms:GranteePrincipal: 'arn:aws:iam::111122223333:role/y'}}}", True),
    ],
)
def test_grants_that_give_what_never_rules_out_are_told(compiled: Compile, held: str, *, told: bool) -> None:
    """Who may create grants gives by them what no line says, as far as its line lets grants list the action and name whom."""
    line = f"users: [{{principal: role/op, can: [kms:CreateGrant]{held}}}]"
    found = compiled(f"{line}\nnever: [{{principal: role/x, actions: [kms:Decrypt]}}]")
    assert ("never-until-granted" in {note.code for note in found.notes}) is told


@pytest.mark.parametrize(
    ("when", "noted"),
    [
        ("", True),
        (", when: {grant: {operations: [Decrypt]}}", True),
        (", when: {grant: {grantees: [role/batch]}}", False),
        (", when: {grant: {for_aws: true}}", False),
    ],
)
def test_a_note_says_that_everyone_else_is_denied_the_use_of_grants(compiled: Compile, when: str, *, noted: bool) -> None:
    """Whom a line's grants may be for is not known where it names nobody: the guard rail spares those that a line names."""
    found = compiled(f"users: [{{principal: role/app, can: [kms:CreateGrant]{when}}}]\nguardrails: [deny-everyone-else]")
    notes = [note for note in found.notes if note.code == "guardrail-narrows"]
    assert ["grant of `arn:aws:iam::111122223333:role/app`, which intent.yaml:7:9" in note.message for note in notes] == [
        True
    ] * noted


@pytest.mark.parametrize(
    ("operations", "told"), [("Decrypt, CreateGrant", True), ("Encrypt, CreateGrant", False), ("Decrypt", False)]
)
def test_a_grant_that_its_grantee_can_hand_on_is_told_beside_never(compiled: Compile, operations: str, *, told: bool) -> None:
    """Who has CreateGrant by a grant can give the other operations of it to anybody."""
    found = compiled(
        f"grants: [{{name: g, grantee: role/app, operations: [{operations}]}}]\n"
        "never: [{principal: role/x, actions: [kms:Decrypt]}]"
    )
    assert ("never-until-granted" in {note.code for note in found.notes}) is told


@pytest.mark.parametrize(
    ("principal", "told"), [("account", True), ("role/app-*", True), ("organization", True), ("role/app-prod-a", False)]
)
def test_a_note_names_of_whom_a_deny_leaves_some(compiled: Compile, principal: str, *, told: bool) -> None:
    """Conditions of a `deny` on the caller may take a part of those whom a line means: a note says so."""
    when = 'conditions: {ArnNotLike: {aws:PrincipalArn: "arn:aws:iam::111122223333:role/app-prod-*"}}'
    rail = f"guardrails: [{{deny: {{actions: [decrypt], when: {{{when}}}}}}}]"
    found = compiled(f'users: [{{principal: "{principal}", can: [decrypt, encrypt]}}]\n{rail}')
    notes = [note.message for note in found.notes if note.code == "guardrail-narrows"]
    assert ["`kms:Decrypt` of" in message and "Encrypt" not in message for message in notes] == [True] * told


@pytest.mark.parametrize(
    "when",
    ["mfa: true", "principal_tags: {team: pay}", "conditions: {Null: {aws:SourceIdentity: 'true'}}",
     "conditions: {StringEquals: {aws:PrincipalType: FederatedUser}}"],
)  # fmt: skip
def test_whatever_tells_callers_apart_leaves_some_of_everyone(compiled: Compile, when: str) -> None:
    """Of everyone of an account too: some kinds of callers have no tags, no MFA, no name of a federation."""
    found = compiled(
        'users: [{principal: "account/444455556666/*", can: decrypt}]\n'
        f"guardrails: [{{deny: {{actions: decrypt, when: {{{when}}}}}}}]"
    )
    assert [note.code for note in found.notes if note.code == "guardrail-narrows"] == ["guardrail-narrows"]

"""What a reader of a compiled intent is told."""

from __future__ import annotations

import pytest

from tests.unit.compiler.compiling import ADMIN, HEAD, Compile, compile_text, conditions, statements

EVERY_NAME = '"ForAllValues:StringEquals": {kms:EncryptionContextKeys: [app]}'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("users: [{principal: role/app, can: [change-policy]}]\nnever: [{principal: role/*, actions: [kms:Decrypt]}]",
         "never-until-changed"),
        ("users: [{principal: account, can: [change-policy]}]\nnever: [{principal: role/b, actions: [kms:Decrypt]}]",
         "never-until-changed"),
        ("users: [{principal: role/a*, can: [change-policy]}]\nnever: [{principal: role/*p, actions: [kms:Decrypt]}]",
         "never-until-changed"),
        ("users: [{principal: assumed-role/a/one, can: [change-policy]}]\nnever: [{principal: role/a, actions: [kms:Decrypt]}]",
         "never-until-changed"),
        ("users: [{principal: role/x/a, can: [change-policy]}]\nnever: [{principal: assumed-role/a/one, actions: [kms:Decrypt]}]",
         "never-until-changed"),
        ("services: [{principal: new.amazonaws.com, can: change-policy}]\nnever: [{principal: new.amazonaws.com, actions: '*'}]",
         "never-until-changed"),
        ("services: [{service: via/s3, principals: role/app, can: change-policy}]\nnever: [{principal: role/a*, actions: '*'}]",
         "never-until-changed"),
        ("users: [{principal: role/app, can: [replicate]}]\nnever: [{principal: role/*, actions: [kms:Decrypt]}]",
         "never-until-replicated"),
        ("grants: [{name: g, grantee: role/a, operations: [Decrypt], constraints: {source_arn: 'arn:aws:sns:x:111122223333:t'}}]",
         "grant-source-arn"),
    ],
)  # fmt: skip
def test_what_a_line_does_not_cover_is_told(compiled: Compile, text: str, code: str) -> None:
    """A `never` holds until the key policy is changed, a grant with a SourceArn for services alone."""
    key = "key: {alias: m, multi_region: true, replicas: [eu-west-1]}\n"
    assert code in {note.code for note in compiled(text, key=key).notes}


def test_a_region_outside_the_scope_is_told(compiled: Compile) -> None:
    """A line about every key that holds in another Region gives nothing."""
    line = "{principal: role/app, can: [decrypt], when: {conditions: {StringEquals: {aws:RequestedRegion: eu-west-1}}}}"
    found = compiled(f"users: [{line}]", key='keys: "*"\n', admin="")
    assert "region-outside-scope" in {note.code for note in found.notes}


def test_create_grant_in_so_many_words_is_as_written_with_a_note(compiled: Compile) -> None:
    """Nothing is added to what is written in so many words; that nothing limits the grants is told."""
    found = compiled("users: [{principal: role/app, can: [kms:CreateGrant]}]")
    (statement,) = statements(found, "Use by app")
    assert conditions(statement) == {}
    assert [note.code for note in found.notes if note.code.startswith("grant")] == ["grants-unlimited"]


@pytest.mark.parametrize(
    "line",
    [
        f'can: [decrypt], when: {{conditions: {{{EVERY_NAME}, "Null": {{kms:EncryptionContextKeys: "false"}}}}}}',
        'can: [kms:TagResource], when: {conditions: {"ForAllValues:StringEquals": {aws:TagKeys: [app]}}}',
    ],
)
def test_for_all_values_is_no_matter_where_the_key_is_asked_for(compiled: Compile, line: str) -> None:
    """Nothing is told where the key must be there, or where its absence sets no tag."""
    found = compiled(f"users: [{{principal: role/app, {line}}}]")
    assert "holds-when-absent" not in {note.code for note in found.notes}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("can: [decrypt, kms:GetKeyPolicy], when: {encryption_context: {app: a}}", "when-not-on-action"),
        ("can: [kms:CreateGrant, decrypt], when: {grant: {operations: [Decrypt]}}", "when-not-on-action"),
        ("can: [use-grants], when: {grant: {operations: [Decrypt]}}", "when-not-on-action"),
        (
            'can: [CreateGrant, decrypt], when: {conditions: {"ForAllValues:StringEquals": {kms:GrantOperations: [Decrypt]}}}',
            "when-not-on-action",
        ),
        ("can: [decrypt], when: {source_ip: 10.1.0.0/16}", "private-source-ip"),
        ("can: [decrypt], when: {source_ip: 169.254.7.0/24}", "private-source-ip"),
        ("can: [decrypt], when: {source_ip: '::1'}", "private-source-ip"),
        ("can: [decrypt], when: {conditions: {IpAddress: {aws:SourceIp: 192.168.1.7}}}", "private-source-ip"),
        (f"can: [decrypt], when: {{conditions: {{{EVERY_NAME}}}}}", "holds-when-absent"),
    ],
)
def test_what_a_condition_does_not_do_is_told(compiled: Compile, line: str, code: str) -> None:
    """A condition that does not hold on an action of its line, or that no call meets as it stands, is told in a note."""
    found = compiled(f"users: [{{principal: role/app, {line}}}]")
    assert [note.code for note in found.notes if note.code == code] == [code]


@pytest.mark.parametrize(
    "line",
    ["can: kms:CreateGrant, when: {grant: {operations: Decrypt}}", "can: [decrypt], when: {encryption_context: {a: b}}"],
)
def test_a_condition_that_holds_on_every_action_is_not_told(compiled: Compile, line: str) -> None:
    """What the line says is what it does."""
    found = compiled(f"users: [{{principal: role/app, {line}}}]")
    assert "when-not-on-action" not in {note.code for note in found.notes}


def test_services_elsewhere_are_told(compiled: Compile) -> None:
    """What services are called in kms:ViaService is documented for the partition aws."""
    text = "users: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]\nservices: [{service: rds, principals: role/app}]"
    china = 'key: {alias: a}\nscope: {account: "111122223333", regions: [cn-north-1], partition: aws-cn}\n'
    head = HEAD.replace(HEAD.splitlines(keepends=True)[-1], "")
    found = compile_text(head + china + ADMIN + text)
    assert len([note for note in found.notes if note.code == "service-partition"]) == 2
    assert "service-partition" not in {note.code for note in compiled(text).notes}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEAD + "key: {alias: a}\nadmins: [role/Admin]\n", "no-deployer", 4),
        (HEAD + "key: {alias: a}\nadmins: [role/Admin]\n", "no-recovery", 6),
        (HEAD + 'keys: "*"\nkey_policy: keep\nusers: [{principal: role/a, can: decrypt}]\n', "needs-delegation", 6),
        (HEAD + 'keys: "*"\nkey_policy: keep\niam: write\nusers: [{principal: role/a, can: decrypt}]\n', "iam-written", 7),
        (HEAD.replace("}", ", deployer: role/ci}") + "key: {alias: a}\nadmins: [role/Admin]\n", "deployer-first", 4),
    ],
)
def test_what_is_about_the_file_is_told_at_a_field_of_it(text: str, code: str, line: int) -> None:
    """Nobody has to look for the field that a message means."""
    (note,) = (note for note in compile_text(text.lstrip()).notes if note.code == code)
    assert (note.location.line, note.location.column > 1) == (line - 1, True)

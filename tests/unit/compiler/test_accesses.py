"""Lines of `admins` and `users`."""

from __future__ import annotations

import pytest

from kmsgen.compiler import Compiled
from kmsgen.errors import InputError
from tests.unit.compiler.compiling import ADMIN, HEAD, KEY, ROLE, Compile, compile_text, conditions, identity, statements


def test_no_wildcard_action_is_compiled(compiled: Compile) -> None:
    """Actions are listed in full, for administrators too."""
    found = compiled("users: [{principal: role/app, can: [encrypt, decrypt, use-grants, view]}]")
    actions = [action for statement in found.bundle.keys[0].policy.statements for action in statement.actions]
    assert actions
    assert not [action for action in actions if "*" in action or "?" in action]


def test_encryption_context_stays_off_actions_that_have_none(compiled: Compile) -> None:
    """DescribeKey has no encryption context, so it gets a statement without the condition."""
    found = compiled(
        "users: [{principal: role/app, can: [decrypt, describe], when: {encryption_context: {app: a}, source_vpce: vpce-1}}]"
    )
    with_context, without = statements(found, "Use by app with"), statements(found, "Use by app from")
    assert [s.actions for s in with_context] == [("kms:Decrypt",)]
    assert conditions(with_context[0])["StringEquals", "kms:EncryptionContext:app"] == ("a",)
    assert [s.actions for s in without] == [("kms:DescribeKey",)]
    assert conditions(without[0]) == {("StringEquals", "aws:SourceVpce"): ("vpce-1",)}


def test_an_action_that_writes_is_not_let_go_without_the_condition(compiled: Compile) -> None:
    """PutKeyPolicy has no encryption context; allowing it without would allow what `when` forbids."""
    with pytest.raises(InputError, match=r"when-never-holds.*kms:PutKeyPolicy"):
        compiled("users: [{principal: role/app, can: [decrypt, change-policy], when: {encryption_context: {app: a}}}]")


def test_a_request_alias_is_not_dropped_for_actions_that_have_none(compiled: Compile) -> None:
    """kms:RequestAlias exists for cryptographic calls, not for ListGrants."""
    with pytest.raises(InputError, match="kms:ListGrants"):
        compiled("users: [{principal: role/app, can: [decrypt, kms:ListGrants], when: {request_alias: [alias/a]}}]")


def test_alternatives_of_one_condition_stay_in_one_statement(compiled: Compile) -> None:
    """A list in `when` gives alternatives of that one condition."""
    found = compiled("users: [{principal: role/app, can: [decrypt], when: {encryption_context: {app: [a, b]}, via: [s3, rds]}}]")
    (statement,) = statements(found, "Use by app")
    assert conditions(statement) == {
        ("StringEquals", "kms:EncryptionContext:app"): ("a", "b"),
        ("StringEquals", "kms:ViaService"): ("rds.us-west-2.amazonaws.com", "s3.us-west-2.amazonaws.com"),
    }


def test_two_lines_are_not_crossed(compiled: Compile) -> None:
    """What two lines give under two conditions is never given under a mix of them."""
    found = compiled(
        """users:
  - {principal: role/app, can: [decrypt], when: {encryption_context: {app: a}, source_vpce: vpce-1}}
  - {principal: role/app, can: [decrypt], when: {encryption_context: {app: b}, source_vpce: vpce-2}}
"""
    )
    pairs = {
        tuple(sorted(value for values in conditions(s).values() for value in values)) for s in statements(found, "Use by app")
    }
    assert pairs == {("a", "vpce-1"), ("b", "vpce-2")}


def held_by(found: Compiled, word: str) -> list[dict[tuple[str, str], tuple[str, ...]]]:
    """Return the conditions of each statement whose Sid has the word in it."""
    return [conditions(statement) for statement in statements(found, word)]


def test_lines_that_differ_in_a_value_are_one_statement(compiled: Compile) -> None:
    """A list of values says the same as a statement for each, in a fraction of the room."""
    lines = [f"  - {{principal: role/app, can: [decrypt], when: {{encryption_context: {{t: '{n}', a: b}}}}}}" for n in range(150)]
    found = compiled("users:\n" + "\n".join(lines))
    (held,) = held_by(found, "Use by app")
    assert held["StringEquals", "kms:EncryptionContext:t"] == tuple(sorted(map(str, range(150))))
    assert held["StringEquals", "kms:EncryptionContext:a"] == ("b",)
    assert len(found.origins["key-policy/Use by app with encryption context"]) == 150


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "'ForAllValues:StringEquals': {kms:EncryptionContextKeys: a}",
            "'ForAllValues:StringEquals': {kms:EncryptionContextKeys: b}",
        ),
        ("StringNotEquals: {'kms:EncryptionContext:a': x}", "StringNotEquals: {'kms:EncryptionContext:a': y}"),
        ("StringEquals: {'kms:EncryptionContext:a': x}", "StringEquals: {'kms:EncryptionContext:b': x}"),
        ("StringEquals: {'kms:EncryptionContext:a': x}", "StringLike: {'kms:EncryptionContext:a': 'y*'}"),
    ],
)
def test_conditions_that_a_list_would_widen_or_narrow_stay_apart(compiled: Compile, one: str, other: str) -> None:
    """Only values of which any one is enough go into a list: with others the list would say something else."""
    lines = [f"  - {{principal: role/app, can: [decrypt], when: {{conditions: {{{each}}}}}}}" for each in (one, other)]
    assert len(held_by(compiled("users:\n" + "\n".join(lines)), "Use by app")) == 2


def test_a_list_of_values_is_cut_where_an_iam_policy_has_no_room(compiled: Compile) -> None:
    """What is put together for a key policy is cut for IAM policies, and every value stays."""
    lines = [
        f"  - {{principal: role/app, can: [decrypt], when: {{encryption_context: {{tenant: 'tenant-{n:060}'}}}}}}"
        for n in range(150)
    ]
    found = compiled("delegation: iam\nusers:\n" + "\n".join(lines))
    items = identity(found, f"{ROLE}app")
    values = [value for item in items for value in item["Condition"]["StringEquals"]["kms:EncryptionContext:tenant"]]
    assert len(items) > 1
    assert len(values) == len(set(values)) == 150


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


def test_a_line_that_another_covers_is_not_repeated(compiled: Compile) -> None:
    """The same access under a further condition adds nothing; both lines are origins of the statement that stays."""
    found = compiled(
        """users:
  - {principal: role/app, can: [decrypt]}
  - {principal: role/app, can: [decrypt, encrypt], when: {via: [s3]}}
"""
    )
    by_actions = {s.actions: conditions(s) for s in statements(found, "Use by app")}
    assert set(by_actions) == {("kms:Decrypt",), ("kms:Encrypt",)}
    assert by_actions["kms:Decrypt",] == {}
    assert len(found.origins["key-policy/Use by app"]) == 2


def test_principals_that_may_do_the_same_share_a_statement(compiled: Compile) -> None:
    """Equal actions under equal conditions are written once."""
    found = compiled("users: [{principal: [role/a, role/b], can: [decrypt]}]")
    (statement,) = statements(found, "Use by")
    assert [principal.value for principal in statement.principals or ()] == [f"{ROLE}a", f"{ROLE}b"]


def test_use_grants_is_for_aws_resources_only(compiled: Compile) -> None:
    """The word lets AWS services make grants for their resources, and nobody else."""
    found = compiled("users: [{principal: role/app, can: [use-grants]}]")
    allowing = [s for s in found.bundle.keys[0].policy.statements if "kms:CreateGrant" in s.actions]
    assert [conditions(s)["Bool", "kms:GrantIsForAWSResource"] for s in allowing] == [("true",)]


def test_create_grant_in_so_many_words_is_as_written_with_a_note(compiled: Compile) -> None:
    """Nothing is added to what is written in so many words; that nothing limits the grants is told."""
    found = compiled("users: [{principal: role/app, can: [kms:CreateGrant]}]")
    (statement,) = statements(found, "Use by app")
    assert conditions(statement) == {}
    assert [note.code for note in found.notes if note.code.startswith("grant")] == ["grants-unlimited"]


def test_the_grants_of_a_line_are_limited(compiled: Compile) -> None:
    """`grant` holds kms:CreateGrant to grantees, operations and so on, and no other action of the line."""
    limits = "operations: [Decrypt, encrypt], grantees: role/batch, retiring: role/ci, constraint: subset, for_aws: false"
    found = compiled(f"users: [{{principal: role/app, can: [kms:CreateGrant, kms:ListGrants], when: {{grant: {{{limits}}}}}}}]")
    with_limits, without = sorted(statements(found, "Use by app"), key=lambda statement: -len(statement.conditions))
    assert with_limits.actions == ("kms:CreateGrant",)
    assert conditions(with_limits) == {
        ("ForAllValues:StringEquals", "kms:GrantOperations"): ("Decrypt", "Encrypt"),
        ("StringEquals", "kms:GranteePrincipal"): (f"{ROLE}batch",),
        ("StringEquals", "kms:RetiringPrincipal"): (f"{ROLE}ci",),
        ("StringEquals", "kms:GrantConstraintType"): ("EncryptionContextSubset",),
        ("Bool", "kms:GrantIsForAWSResource"): ("false",),
    }
    assert conditions(without) == {}
    assert not [note for note in found.notes if note.code == "grants-unlimited"]


def test_grants_for_services_have_keys_of_their_own(compiled: Compile) -> None:
    """An AWS service as grantee or retiring principal stands under the condition key of services."""
    limits = "grantees: [logs.us-west-2.amazonaws.com], retiring: [logs.us-west-2.amazonaws.com]"
    found = compiled(f"users: [{{principal: role/app, can: [kms:CreateGrant], when: {{grant: {{{limits}}}}}}}]")
    (statement,) = statements(found, "Use by app")
    assert {key for _, key in conditions(statement)} == {"kms:GranteeServicePrincipal", "kms:RetiringServicePrincipal"}


EVERY_NAME = '"ForAllValues:StringEquals": {kms:EncryptionContextKeys: [app]}'


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
    ("line", "sid"),
    [
        ("principal: role/*, can: [decrypt]", "Use by every role"),
        ("principal: user/team/*, can: [decrypt]", "Use by every user under team"),
        ("principal: role/app-*, can: [decrypt]", "Use by app and the like"),
        (
            "principal: role/app, can: [kms:CreateGrant], when: {grant: {for_aws: true}}",
            "Use by app with grants for AWS resources",
        ),
        (
            "principal: role/app, can: [kms:CreateGrant], when: {grant: {for_aws: false}}",
            "Use by app but not with grants for AWS resources",
        ),
        (
            "principal: role/app, can: [decrypt], when: {conditions: {StringNotLike: {kms:ViaService: 's3.*'}}}",
            "Use by app but not through services",
        ),
        (
            "principal: role/app, can: [decrypt], when: {conditions: {'Null': {kms:EncryptionContextKeys: true}}}",
            "Use by app but not with encryption context",
        ),
    ],
)
def test_a_sid_says_whom_a_statement_is_for_and_under_what(compiled: Compile, line: str, sid: str) -> None:
    """What a condition rules out is not told as what it asks for."""
    assert sid in {s.sid for s in compiled(f"users: [{{{line}}}]").bundle.keys[0].policy.statements}


def test_actions_without_effect_in_a_key_policy_go_to_an_iam_policy(compiled: Compile) -> None:
    """ListAliases has no key: only an IAM policy with Resource `*` can allow it."""
    found = compiled("users: [{principal: role/app, can: [decrypt, kms:ListAliases]}]")
    assert [s.actions for s in statements(found, "Use by app")] == [("kms:Decrypt",)]
    assert [(item["Action"], item["Resource"]) for item in identity(found, f"{ROLE}app")] == [("kms:ListAliases", "*")]


def test_both_halves_of_an_alias_operation(compiled: Compile) -> None:
    """CreateAlias needs the key, in the key policy, and the alias, which only an IAM policy can name."""
    found = compiled("users: [{principal: role/app, can: [kms:CreateAlias]}]")
    assert [s.actions for s in statements(found, "Use by app")] == [("kms:CreateAlias",)]
    resources = [item["Resource"] for item in identity(found, f"{ROLE}app")]
    assert resources == ["arn:aws:kms:us-west-2:111122223333:alias/app/data"]


def test_conditions_of_kms_stay_off_the_alias_half(compiled: Compile) -> None:
    """An alias has no KMS condition keys: the key's half of the call carries them."""
    found = compiled("users: [{principal: role/app, can: [kms:CreateAlias], when: {via: [s3], mfa: true}}]")
    (statement,) = statements(found, "Use by app")
    assert ("StringEquals", "kms:ViaService") in conditions(statement)
    assert identity(found, f"{ROLE}app")[0]["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_both_halves_across_accounts(compiled: Compile) -> None:
    """A role of another account needs the key policy here and an IAM policy there, under the same conditions."""
    partner = "arn:aws:iam::444455556666:role/partner"
    found = compiled(f"users: [{{principal: '{partner}', can: [decrypt], when: {{via: [s3]}}}}]")
    (statement,) = statements(found, "Use by partner")
    (half,) = identity(found, partner)
    assert half["Resource"] == found.bundle.keys[0].key.arn
    assert half["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    assert conditions(statement) == {("StringEquals", "kms:ViaService"): ("s3.us-west-2.amazonaws.com",)}


def test_a_whole_foreign_account_gets_no_iam_policy_from_here(compiled: Compile) -> None:
    """The other account decides who of it uses the key; a note says so."""
    found = compiled("users: [{principal: account/444455556666, can: [decrypt]}]")
    assert "arn:aws:iam::444455556666:root" not in found.bundle.principals
    assert "other-half" in {note.code for note in found.notes}


def test_via_without_a_region_is_a_pattern(compiled: Compile) -> None:
    """For every key of an account, kms:ViaService leaves the Region open."""
    head = HEAD.replace(", regions: [us-west-2]", "")
    found = compiled("users: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]", head=head, key='keys: "*"\n', admin="")
    assert identity(found, f"{ROLE}app")[0]["Condition"] == {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}


def test_each_listed_key_gets_the_via_service_of_its_region(compiled: Compile) -> None:
    """A key is used in its own Region."""
    keys = [
        f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" for region in ("us-west-2", "eu-west-1")
    ]
    head = HEAD.replace("[us-west-2]", "[us-west-2, eu-west-1]")
    key = f"keys: {keys}\n".replace("'", '"')
    found = compiled("users: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]", head=head, key=key)
    values = [c.values for access in found.bundle.keys for s in access.policy.statements for c in s.conditions]
    assert values == [("s3.eu-west-1.amazonaws.com",), ("s3.us-west-2.amazonaws.com",)]


def test_every_key_is_governed_by_iam_policies_only(compiled: Compile) -> None:
    """For `keys: "*"` the bundle's key stands for any that lets the account's IAM policies decide."""
    found = compiled("users: [{principal: role/app, can: [decrypt]}]", key='keys: "*"\nspec: SYMMETRIC_DEFAULT\n', admin="")
    assert [item["Resource"] for item in identity(found, f"{ROLE}app")] == ["arn:aws:kms:us-west-2:111122223333:key/*"]
    assert [s.sid for s in found.bundle.keys[0].policy.statements] == ["Enable IAM User Permissions"]


@pytest.mark.parametrize("delegation", ["key-policy", "iam", "both"])
def test_where_permissions_live(compiled: Compile, delegation: str) -> None:
    """key-policy: in the key policy; iam: in IAM, through a statement for the account narrowed to the principals; both: both."""
    found = compiled(f"delegation: {delegation}\nusers: [{{principal: role/app, can: [decrypt]}}]")
    direct = statements(found, "Use by app")
    through_account = statements(found, "Let IAM policies decide for app")
    assert bool(direct) == (delegation != "iam")
    assert bool(through_account) == (delegation != "key-policy")
    for statement in through_account:
        assert [principal.value for principal in statement.principals or ()] == ["arn:aws:iam::111122223333:root"]
        assert statement.actions == ("kms:Decrypt",)
        assert conditions(statement) == {("ArnEquals", "aws:PrincipalArn"): (f"{ROLE}app",)}
    assert any(p == f"{ROLE}app" and v.identity_policies for p, v in found.bundle.principals.items()) == (
        delegation != "key-policy"
    )


def test_delegation_keeps_conditions_in_the_key_policy_too(compiled: Compile) -> None:
    """Another IAM policy of the same role must not lift a condition."""
    found = compiled("delegation: iam\nusers: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]")
    (statement,) = statements(found, "Let IAM policies decide for app")
    assert ("StringEquals", "kms:ViaService") in conditions(statement)


@pytest.mark.parametrize(
    "name", ["arn:aws:sts::111122223333:assumed-role/app/s1", "arn:aws:sts::111122223333:federated-user/bob"]
)
def test_sessions_stay_in_the_key_policy(compiled: Compile, name: str) -> None:
    """No IAM policy can be attached to a session, whatever `delegation` says."""
    found = compiled(f"delegation: iam\nusers: [{{principal: '{name}', can: [decrypt]}}]")
    direct = [s for s in found.bundle.keys[0].policy.statements if any(p.value == name for p in s.principals or ())]
    assert [s.actions for s in direct] == [("kms:Decrypt",)]


def test_an_account_line_lets_its_iam_policies_decide(compiled: Compile) -> None:
    """`principal: account` gives the account statement for these actions, without narrowing."""
    found = compiled("", admin="admins: [role/Admin, {principal: account, can: [change-policy]}]\n")
    (statement,) = statements(found, "Let IAM policies decide for account")
    assert statement.actions == ("kms:GetKeyPolicy", "kms:PutKeyPolicy")
    assert statement.conditions == ()


def test_without_an_account_line_a_note_suggests_one(compiled: Compile) -> None:
    """The key then depends on its administrators existing."""
    assert "no-recovery" in {note.code for note in compiled("").notes}
    found = compiled("", admin="admins: [role/Admin, {principal: account, can: [change-policy]}]\n")
    assert "no-recovery" not in {note.code for note in found.notes}


def test_origins_name_the_lines_that_a_statement_serves(compiled: Compile) -> None:
    """Messages about a statement can point into the file."""
    found = compiled("users:\n  - {principal: role/app, can: [decrypt]}\n")
    (location,) = found.origins["key-policy/Use by app"]
    assert (location.path, location.line) == ("intent.yaml", (HEAD + KEY + ADMIN).count("\n") + 2)


def test_the_same_intent_compiles_to_the_same_bundle(compiled: Compile) -> None:
    """Nothing depends on the order of sets."""
    text = "users: [{principal: [role/b, role/a, user/c], can: [decrypt, encrypt, view], when: {via: [s3, rds]}}]"
    assert compiled(text) == compiled(text)


def test_sids_are_unique_and_plain(compiled: Compile) -> None:
    """A Sid of an IAM policy has letters and digits only; no two statements of a document share one."""
    found = compiled(
        "delegation: both\nusers: [{principal: [role/a-b, role/p/a-b, user/a-b], can: [decrypt, view], when: {via: [s3]}}]"
    )
    sids = [s.sid for s in found.bundle.keys[0].policy.statements]
    assert len(set(sids)) == len(sids)
    for principal in found.bundle.principals:
        names = [item["Sid"] for item in identity(found, principal)]
        assert len(set(names)) == len(names)
        assert all(name.isascii() and name.isalnum() for name in names)


def test_who_else_is_allowed_changes_no_sid_of_a_principal(compiled: Compile) -> None:
    """IAM policies of one principal stay as they are, to the byte, when others come or go."""
    line = "delegation: iam\nservices: [{{service: s3, principals: {{reader: [{}]}}}}]"
    before, after = compiled(line.format("role/m, role/n")), compiled(line.format("role/m, role/n, role/b"))
    for name in ("m", "n"):
        assert identity(before, f"{ROLE}{name}") == identity(after, f"{ROLE}{name}")


@pytest.mark.parametrize("grantee", ["arn:aws:iam::111122223333:role/*", "*"])
def test_a_pattern_of_grantees_stays_as_it_is_written(compiled: Compile, grantee: str) -> None:
    """Conditions of the file are what holds; nothing is added to them."""
    found = compiled(
        f"""users:
  - principal: role/app
    can: [kms:CreateGrant]
    when:
      conditions:
        ArnEquals: {{"kms:GranteePrincipal": ["{grantee}"]}}
        ForAllValues:StringEquals: {{"kms:GrantOperations": [Decrypt]}}
"""
    )
    (statement,) = statements(found, "Use by app")
    assert conditions(statement) == {
        ("ArnEquals", "kms:GranteePrincipal"): (grantee,),
        ("ForAllValues:StringEquals", "kms:GrantOperations"): ("Decrypt",),
    }


def test_what_kms_refuses_in_a_key_policy_is_refused_at_its_line(compiled: Compile) -> None:
    """ForAllValues of a pair of the encryption context lets calls without it pass, which KMS calls overly permissive."""
    line = (
        "{principal: role/a, can: [encrypt], when: {conditions: {'ForAllValues:StringEquals': {'kms:EncryptionContext:app': x}}}}"
    )
    with pytest.raises(InputError, match="condition-refused"):
        compiled(f"users: [{line}]")
    beside = line.replace("kms:EncryptionContext:app", "kms:EncryptionContextKeys")
    assert statements(compiled(f"users: [{beside}]"), "Use by")


EXISTING = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("key", "admin", "written"),
    [
        ("key: {}\n", "admins: [role/Admin]\n", False),
        ("key: {alias: a}\n", "admins: [role/Admin]\n", True),
        ("key: {}\n", "admins: [{principal: role/Admin, can: [manage, change-policy]}]\n", True),
        (f"keys: [{EXISTING}]\n", "admins: [role/Admin]\n", True),
    ],
)
def test_the_half_of_an_alias_is_for_who_manages_aliases(key: str, admin: str, *, written: bool) -> None:
    """Who administers a key that is created without an alias needs no IAM policy for that, but where the line asks for it."""
    found = compile_text(HEAD + key + admin)
    assert bool(found.bundle.principals[f"{ROLE}Admin"].identity_policies) is written

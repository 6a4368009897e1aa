"""The three questions on whole intents: by proof and by enumeration."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.key_specs import KEY_SPECS, usages
from kmsgen.catalogue.services import SERVICES
from kmsgen.checks import confirm
from kmsgen.checks.intent.verification import ask
from kmsgen.compiler import compile_intent
from kmsgen.errors import RefusedError
from tests.unit.checks.intent.judging import ACCOUNT, EXAMPLE, HEAD, ROLE, case, no
from tests.unit.compiler.service_lines import intent_of, use_of

WITHOUT_DEPLOYER = HEAD.replace(", deployer: role/ci", "")


@pytest.mark.parametrize("delegation", ["key-policy", "iam", "both"])
def test_the_example_passes_in_each_delegation(delegation: str) -> None:
    """Where permissions live changes nothing about who may do what."""
    assert no(f"{EXAMPLE}\ndelegation: {delegation}\n") == []


@pytest.mark.parametrize(("spec", "usage"), [(spec, usage) for spec in KEY_SPECS for usage in usages(spec)])
def test_administrators_and_users_of_every_kind_of_key_pass(spec: str, usage: str) -> None:
    """Each key spec and usage, with what its users can do."""
    words = {
        "ENCRYPT_DECRYPT": "[encrypt, decrypt]",
        "SIGN_VERIFY": "[sign, verify, get-public-key]",
        "GENERATE_VERIFY_MAC": "[generate-mac, verify-mac]",
        "KEY_AGREEMENT": "[derive-shared-secret, get-public-key]",
        "ENCAPSULATE_DECAPSULATE": "[encapsulate, decapsulate]",
    }
    head = HEAD.replace("regions: [us-west-2]", "partition: aws-cn, regions: [cn-north-1]") if spec == "SM2" else HEAD
    key = f"key: {{alias: app/data, spec: {spec}, usage: {usage}}}\n"
    admins = "admins: [role/Admin, {principal: account, can: [change-policy]}]"
    text = f"{admins}\nusers: [{{principal: role/app, can: {words[usage]}}}]"
    assert no(text, head=head, key=key) == []


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if service.statements])
@pytest.mark.parametrize("recommended", [False, True])
def test_every_service_of_the_catalogue_passes(name: str, recommended: bool) -> None:  # noqa: FBT001 - a case
    """Each compiles for its key spec, for each of its words and with its variables given, and the answers are yes."""
    intent = intent_of(use_of(SERVICES[name], recommended=recommended))
    found = compile_intent(intent)
    answers = ask(intent, found.bundle, found.origins)
    assert [str(finding.diagnostic) for answer in answers for finding in answer.findings] == []


def test_every_key_of_an_account_passes() -> None:
    """IAM policies alone: nothing is asked about key policies that are not the intent's."""
    text = "users: [{principal: role/app, can: [encrypt, decrypt], when: {via: [s3]}}]"
    assert no(text, head=WITHOUT_DEPLOYER, key='keys: "*"\n') == []


def test_every_key_of_two_regions_passes() -> None:
    """A key is used through the services of its own Region, not of the other."""
    text = "users: [{principal: role/app, can: [encrypt, decrypt], when: {via: [s3]}}]"
    head = WITHOUT_DEPLOYER.replace("[us-west-2]", "[us-west-2, eu-west-1]")
    assert no(text, head=head, key='keys: "*"\n') == []


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "us-west-2"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"), ("aws-eusc", "eusc-de-east-1")],
)
def test_a_wildcard_of_a_source_arn_is_no_pattern_of_grants(partition: str, region: str) -> None:
    """The deployer may create the grant with that very SourceArn constraint."""
    head = HEAD.replace("us-west-2", region).replace("scope: {account:", f"scope: {{partition: {partition}, account:")
    arn = f"arn:{partition}:logs:{region}:{ACCOUNT}:log-group:*"
    grant = "{name: g, grantee: logs.amazonaws.com, operations: [Decrypt], retiring_principal: role/a"
    text = f"admins: [role/Admin]\ngrants: [{grant}, constraints: {{source_arn: '{arn}'}}}}]"
    assert no(text, head=head) == []


def test_listed_keys_in_two_regions_pass() -> None:
    """Each key in its own Region, through its own Region's services."""
    keys = [
        f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" for region in ("us-west-2", "eu-west-1")
    ]
    key = f"keys: {keys}\n".replace("'", '"')
    head = HEAD.replace("[us-west-2]", "[us-west-2, eu-west-1]")
    text = "admins: [role/Admin]\nusers: [{principal: 'arn:aws:iam::444455556666:role/p', can: [decrypt], when: {via: [s3]}}]"
    assert no(text, head=head, key=key) == []


def test_a_multi_region_key_passes() -> None:
    """With its replica's Region in every condition that names Regions."""
    key = "key: {alias: app/data, multi_region: true, replicas: [us-east-1]}\n"
    assert no("admins: [role/Admin]\nusers: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]", key=key) == []


@pytest.mark.parametrize(
    "when",
    [
        "{encryption_context: {app: [a, b], tier: gold}}",
        "{via: [s3, rds]}",
        "{from: 2026-01-01, until: 2027-01-01}",
        "{until: 2027-01-01}",
        "{source_vpce: [vpce-1, vpce-2]}",
        "{source_ip: [203.0.113.0/24, '2001:db8::/32'], mfa: true}",
        "{request_alias: [app/data]}",
        "{request_alias: ['alias/app/*', alias/*]}",
        "{encryption_context: {app: 'what?'}}",
        "{encryption_context: {app: '100${*}', sum: '${$}{x}'}}",
        "{encryption_context: {team: \"${aws:PrincipalTag/team, 'none'}\"}}",
        "{encryption_context: {account: '${aws:PrincipalAccount}', id: '${aws:userid}', from: '${aws:SourceVpce}'}}",
        "{conditions: {StringLike: {'kms:EncryptionContext:app': 'a${*}-*'}}}",
        "{principal_tags: {team: [a, b]}}",
        "{organization: [o-exampleorgid]}",
        "{encryption_context: {team: '${aws:PrincipalTag/team}'}}",
        "{conditions: {StringNotEquals: {aws:SourceVpce: [vpce-1]}}}",
        "{conditions: {'ForAnyValue:StringEquals': {kms:EncryptionContextKeys: [a, b]}}}",
        "{conditions: {'Null': {kms:EncryptionContext:a: ['false']}}}",
        "{conditions: {NumericLessThan: {aws:MultiFactorAuthAge: ['300']}}, mfa: true}",
    ],
)
def test_each_condition_of_when_passes(when: str) -> None:
    """Each holds in some situation, and nothing is allowed outside of it."""
    assert no(f"admins: [role/Admin]\nusers: [{{principal: role/app, can: [decrypt], when: {when}}}]") == []


def test_a_grant_is_held_to_the_encryption_context_of_its_constraint() -> None:
    """CreateGrant shows the encryption context that the grant would be constrained to."""
    text = "admins: [role/Admin]\nusers: [{principal: role/app, can: [use-grants], when: {encryption_context: {app: [a, b]}}}]"
    assert no(text) == []


def test_what_never_rules_out_is_proved() -> None:
    """`never` holds of the compiled policies, or the answer is no and names the line."""
    text = "admins: [role/Admin]\nusers: [{principal: role/app, can: [decrypt]}]\n"
    assert no(text + "never: [{principal: role/contractor-*, actions: [kms:Decrypt]}]") == []
    (finding,) = no(text + "never: [{principal: role/a*, actions: [kms:Decrypt]}]")
    assert "never" in finding
    assert f"{ROLE}app" in finding


def test_confirm_refuses_with_every_finding() -> None:
    """`render` stops at the first no, and says all there is to say."""
    found = case(
        "users: [{principal: role/app, can: [decrypt]}]\nnever: [{principal: role/app, actions: [decrypt]}]",
        head=WITHOUT_DEPLOYER,
    )
    with pytest.raises(RefusedError) as caught:
        confirm(found.intent, found.compiled)
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"never", "lockout"}


def test_a_no_names_principal_action_situation_and_statement() -> None:
    """The message says who, what, when, and the statement responsible; the lines that it serves come with it."""
    user = "{principal: role/app, can: [decrypt], when: {via: [s3]}}"
    found = case(f"admins: [role/Admin]\nusers: [{user}]\nnever: [{{principal: role/app, actions: [decrypt]}}]")
    answers = ask(found.intent, found.bundle, found.compiled.origins)
    (finding,) = answers[1].findings
    text = str(finding.diagnostic)
    assert all(part in text for part in (f"{ROLE}app", "kms:Decrypt", "s3.us-west-2.amazonaws.com", "key-policy/Use by app"))
    assert [place.line for place in finding.origins] == [7]


@pytest.mark.parametrize(
    ("who", "never"),
    [
        ("role/app", "role/app"),
        ("organization/o-otherorgid01/r-ab12/ou-ab12-11111111", "organization/o-otherorgid01"),
    ],
)
def test_never_counts_with_aliases_that_a_key_may_get(who: str, never: str) -> None:
    """An intent tells one alias of its key; whoever makes another opens what a line lets in by it."""
    text = f"""admins: [role/Admin]
users: [{{principal: {who}, can: decrypt, when: {{request_alias: team}}}}]
never: [{{principal: {never}, actions: 'kms:Decrypt'}}]
"""
    assert any("never" in finding for finding in no(text))


def test_never_counts_with_aliases_by_which_iam_policies_know_a_key() -> None:
    """A key may have the alias for which a line about every key asks."""
    condition = "{'ForAnyValue:StringLike': {'kms:ResourceAliases': 'alias/app-*'}}"
    text = f"""users: [{{principal: role/app, can: decrypt, when: {{conditions: {condition}}}}}]
never: [{{principal: role/app, actions: 'kms:Decrypt'}}]
"""
    assert any("never" in finding for finding in no(text, head=WITHOUT_DEPLOYER, key='keys: "*"\n'))


@pytest.mark.parametrize(
    "condition",
    [
        "{StringEquals: {aws:ResourceTag/team: a}}",
        "{StringEquals: {aws:ResourceTag/team: '${aws:PrincipalTag/team}'}}",
        "{StringNotLike: {aws:ResourceTag/team: 'a*'}}",
        "{'ForAnyValue:StringLike': {kms:ResourceAliases: 'alias/${aws:PrincipalTag/team}'}}",
        "{StringLike: {kms:RequestAlias: 'alias/a*'}, StringNotLike: {kms:RequestAlias: 'alias/ax*'}}",
    ],
)
@pytest.mark.parametrize("who", ["role/app", "role/other"])
def test_never_counts_with_whatever_tags_and_aliases_a_key_has(condition: str, who: str) -> None:
    """Of a key that exists no tag and no alias is told: any may let in whom the line is about, and nobody else."""
    text = f"""users: [{{principal: role/app, can: decrypt, when: {{conditions: {condition}}}}}]
never: [{{principal: {who}, actions: 'kms:Decrypt'}}]
"""
    found = no(text, head=WITHOUT_DEPLOYER, key='keys: "*"\n')
    assert any("never" in finding for finding in found) is (who == "role/app"), found
    assert who == "role/app" or not found


ANYWHERE = f'kmsgen: 1\nname: test\nscope: {{account: "{ACCOUNT}"}}\n'
OF_SOME_KEYS = (
    "{StringEquals: {aws:RequestedRegion: us-west-2}}",
    "{StringLike: {aws:RequestedRegion: 'eu-*'}, StringNotEquals: {aws:RequestedRegion: [eu-central-1, eu-west-1]}}",
    "{StringEquals: {kms:KeySpec: RSA_4096}}",
    "{StringEquals: {kms:KeyOrigin: EXTERNAL}}",
    "{StringEquals: {kms:MultiRegionKeyType: REPLICA}}",
)


@pytest.mark.parametrize("condition", OF_SOME_KEYS)
@pytest.mark.parametrize("who", ["role/app", "role/other"])
def test_never_counts_with_every_key_that_an_intent_means(condition: str, who: str) -> None:
    """Keys of any Region, kind and make: whom a line lets in on some of them it lets in, and nobody else."""
    text = f"""users: [{{principal: role/app, can: decrypt, when: {{conditions: {condition}}}}}]
never: [{{principal: {who}, actions: 'kms:Decrypt'}}]
"""
    found = no(text, head=ANYWHERE, key='keys: "*"\n')
    assert any("never" in finding for finding in found) is (who == "role/app"), found
    assert who == "role/app" or not found


def test_never_counts_with_replicas() -> None:
    """A replica that is created with a key is a key of the intent too."""
    text = """admins: [role/Admin]
users: [{principal: role/app, can: decrypt, when: {conditions: {StringEquals: {aws:RequestedRegion: us-east-1}}}}]
never: [{principal: role/app, actions: 'kms:Decrypt'}]
"""
    key = "key: {alias: app/data, multi_region: true, replicas: [us-east-1]}\n"
    assert any("never" in finding for finding in no(text, key=key))


def test_what_cannot_be_asked_of_every_key_is_not_proved() -> None:
    """A variable that holds the Region leaves Regions that are not told apart: nothing is proved of them."""
    condition = "{StringEquals: {aws:PrincipalTag/region: '${aws:RequestedRegion}'}}"
    text = f"""users: [{{principal: role/app, can: decrypt, when: {{conditions: {condition}}}}}]
never: [{{principal: role/other, actions: 'kms:Decrypt'}}]
"""
    found = no(text, head=ANYWHERE, key='keys: "*"\n')
    assert found
    assert all("unproved" in finding for finding in found)


WITHOUT_MFA = "actions: {}, when: {{conditions: {{BoolIfExists: {{aws:MultiFactorAuthPresent: 'false'}}}}}}"
NO_ENDPOINT = "actions: decrypt, when: {conditions: {'Null': {aws:SourceVpce: 'true'}}}"


@pytest.mark.parametrize(
    ("line", "denied", "hint"),
    [
        ("users: [{principal: role/app, can: decrypt, when: {via: s3}}]", NO_ENDPOINT, "`except`"),
        ("services: [{service: sns, source_account: '111122223333'}]", WITHOUT_MFA.format("decrypt"), "IsAWSService"),
        ("admins: [role/Admin]", WITHOUT_MFA.format("change-policy"), "`except`"),
    ],
)
def test_what_a_guard_rail_takes_away_is_told_at_a_line_with_how_to_spare(line: str, denied: str, hint: str) -> None:
    """Missing access, a lockout and a deployer that cannot deploy name the guard rail that denies, and what spares from it."""
    found = case(f"{line}\nguardrails: [{{deny: {{{denied}}}}}]\n")
    findings = [one for answer in ask(found.intent, found.bundle, found.compiled.origins) for one in answer.findings]
    by_rail = [one for one in findings if one.statements == ("key-policy/Deny",)]
    assert by_rail
    assert all(one.origins and one.location.line and hint in one.hint for one in by_rail)
    assert not any("00000000" in one.message or "somebody" in one.message for one in findings)

"""Notes on lines of `services`: what the documentation leaves open, and what a line leaves out of what it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.compiler import compile_intent
from kmsgen.intent import load_intent

HERE, CHINA, APART = "regions: [us-west-2]", "partition: aws-cn, regions: [cn-north-1]", "444455556666"
BUCKET, OBJECTS = "arn:aws:s3:::b", "arn:aws:s3:::b/*"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf"
TRAIL = "arn:aws:cloudtrail:us-west-2:{0}:trail/t"
LIMIT = '{conditions: {Bool: {"kms:GrantIsForAWSResource": "true"}}}'
SNS, EBS = "service: sns", "service: ebs, principals: [role/app]"

NOTES = [
    ("a page that limits no source", HERE, SNS, {"service-recommended"}),
    ("a page of another partition", CHINA, SNS, {"service-recommended", "service-partition"}),
    ("less than the page asks for", HERE, f"{SNS}, can: [kms:Decrypt]", {"service-recommended", "service-narrowed"}),
    (
        "an organization that no page says the service tells",
        HERE,
        f"{SNS}, source_organization: organization/o-exampleorgid",
        {"service-recommended", "service-unconfirmed"},
    ),
    (
        "objects with a Bucket Key alone",
        HERE,
        f'service: s3, resources: ["{BUCKET}"], principals: {{reader: role/app}}',
        {"service-one-mode", "service-recommended"},
    ),
    (
        "objects without one alone, and an upload in parts",
        HERE,
        f'service: s3, resources: ["{OBJECTS}"], principals: {{writer: role/app}}',
        {"service-one-mode", "service-optional"},
    ),
    (
        "objects of both kinds, whatever is uploaded",
        HERE,
        f'service: s3, resources: ["{BUCKET}", "{OBJECTS}"], principals: {{writer: role/app}}, can: [kms:GenerateDataKey]',
        set(),
    ),
    (
        "a secret in another Region than the key",
        HERE,
        f'service: secretsmanager, resources: ["{SECRET}"], principals: {{reader: role/app}}',
        {"service-elsewhere"},
    ),
    (
        "a service that is to call through another one",
        HERE,
        f'service: cloudtrail, resources: ["{TRAIL.format("111122223333")}"], when: {{via: s3}}',
        {"service-optional", "service-callers", "service-unconfirmed"},
    ),
    (
        "a trail of the account",
        HERE,
        f'service: cloudtrail, resources: ["{TRAIL.format("111122223333")}"]',
        {"service-optional", "service-callers"},
    ),
    (
        "a trail of another account",
        HERE,
        f'service: cloudtrail, resources: ["{TRAIL.format(APART)}"]',
        {"service-optional", "service-callers", "service-other-account"},
    ),
    (
        "a trail of another account that the line names",
        HERE,
        f'service: cloudtrail, resources: ["{TRAIL.format(APART)}"], source_account: "{APART}"',
        {"service-optional", "service-callers"},
    ),
    (
        "what a trail needs in some cases alone",
        HERE,
        f'service: cloudtrail, can: decrypt, resources: ["{TRAIL.format("111122223333")}"]',
        {"service-narrowed", "service-callers"},
    ),
    ("a service without those who use the key for it", HERE, "service: glue", {"service-callers"}),
    ("a service with them", HERE, "service: glue, principals: {glue-role: role/g}", set()),
    ("grants that no page limits", HERE, "service: eks, principals: [role/app]", {"service-bare-grant"}),
    ("grants that are made through the service alone", HERE, "service: rds, principals: [role/app]", set()),
    ("grants that a page limits", HERE, EBS, {"service-recommended"}),
    ("grants that the line limits", HERE, f"service: rds, principals: [role/app], when: {LIMIT}", {"when-not-on-action"}),
    (
        "an encryption context that not every action has",
        HERE,
        f"{EBS}, when: {{encryption_context: {{a: b}}}}",
        {"service-recommended", "when-not-on-action"},
    ),
]


@pytest.mark.parametrize(("note", "scope", "line", "codes"), NOTES)
def test_a_line_of_services_gets_the_notes_that_its_pages_call_for(
    note: str, scope: str, line: str, codes: set[str], tmp_path: Path
) -> None:
    """What a reader has to know of a line before he relies on it is said with a code, and nothing else is."""
    head = f'kmsgen: 1\nname: a\nscope: {{account: "111122223333", {scope}}}\nkey: {{alias: a}}\nadmins: [role/boss]\n'
    (tmp_path / "intent.yaml").write_text(f"{head}services:\n  - {{{line}}}\n")
    intent = load_intent(str(tmp_path / "intent.yaml"))
    found = {one.code for one in compile_intent(intent).notes if one.location.line == 7}
    assert found == codes, (note, found)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("new.amazonaws.com", "no page of it was read"),
        ("sns.amazonaws.com", "what its pages print stands in the catalogue as sns-to-sqs, and"),
        ("logs.us-west-2.amazonaws.com", "what its pages print stands in the catalogue as"),
    ],
)
def test_a_service_that_a_line_names_is_not_told_as_documented(name: str, told: str, tmp_path: Path) -> None:
    """Nothing holds the line to a source; where the catalogue has the service, the note says under which ids."""
    head = 'kmsgen: 1\nname: a\nscope: {account: "111122223333", regions: [us-west-2]}\nkey: {alias: a}\nadmins: [role/boss]\n'
    (tmp_path / "intent.yaml").write_text(f"{head}services:\n  - {{principal: {name}, can: decrypt}}\n")
    (gap,) = (one for one in compile_intent(load_intent(str(tmp_path / "intent.yaml"))).notes if one.code == "service-gap")
    assert gap.message.startswith(f"`{name}` is let in as this line says: {told}")

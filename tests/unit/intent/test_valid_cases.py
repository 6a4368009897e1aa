"""Good intents: every field, key spec, kind of key, form of principal and partition loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.catalogue import guardrails, key_specs
from kmsgen.checks import confirm
from kmsgen.compiler import compile_intent
from kmsgen.intent.form.model import IntentFile
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intent
from kmsgen.reading import read_file

CASES = Path(__file__).parents[2] / "cases" / "intent" / "valid"
EXAMPLES = Path(__file__).parents[3] / "examples"
FILES = [path for path in sorted(CASES.glob("*.yaml")) if not path.name.startswith("_")]
FILES.append(EXAMPLES / "payments" / "intent.yaml")


def load(name: str) -> Intent:
    """Load a case by its name."""
    return load_intent(CASES / f"{name}.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_case_loads(path: Path) -> None:
    """A good intent loads, always to the same, with the place of each line in it."""
    intent = load_intent(path)
    assert intent == load_intent(path)
    for line in (*intent.admins, *intent.users, *intent.services, *intent.grants, *intent.guardrails, *intent.never):
        assert line.location.line > 1
        assert line.location.column >= 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_case_is_confirmed(path: Path) -> None:
    """What a good intent compiles to answers the three questions with yes."""
    intent = load_intent(path)
    confirm(intent, compile_intent(intent))


def test_cases_hold_every_field() -> None:
    """Between them the cases use every field of the top level."""
    used = {field for path in FILES for field in read_file(path).data}
    assert used == set(IntentFile.model_fields)


def test_cases_hold_every_key_spec_and_usage() -> None:
    """Between them the cases create a key of each spec and usage."""
    wanted = {(spec, usage) for spec in key_specs.KEY_SPECS for usage in key_specs.usages(spec)}
    assert {(intent.key.spec, intent.key.usage) for intent in map(load_intent, FILES) if intent.key} == wanted


def test_cases_hold_every_guard_rail() -> None:
    """One case has all guard rails of the catalogue."""
    assert {line.name for line in load("all-guardrails").guardrails} == set(guardrails.GUARD_RAILS)


def test_unquoted_texts_stay_as_written() -> None:
    """An account id keeps its leading zero without quotes, and `no`, dates and numbers stay the texts they are."""
    intent = load("account-leading-zero")
    assert intent.scope.account == "012345670123"
    assert intent.admins[0].principal == "arn:aws:iam::012345670123:role/KmsAdmin"
    assert intent.key is not None
    assert dict(intent.key.tags) == {
        "answer": "no", "switch": "off", "version": "2012-10-17", "number": "1e3", "padded": "007", "nothing": "null",
    }  # fmt: skip


def test_description_keeps_every_character() -> None:
    """Quotes, variables, line ends and non-Latin letters of a description survive exactly."""
    key = load("every-field").key
    assert key is not None
    assert key.description == 'Line one: "quoted", ${aws:username}, %{x}\n第二行 ünïcödé\n'


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_partition_is_in_every_arn(partition: str) -> None:
    """In another partition every shorthand becomes an ARN of that partition."""
    intent = load(f"partition-{partition}")
    arns = [line.principal for line in (*intent.admins, *intent.users)] + [intent.scope.deployer or ""]
    assert {arn.split(":")[1] for arn in arns} == {partition}


def test_intents_about_every_key_leave_the_type_open() -> None:
    """Without a spec, words of an intent about every key mean the actions of keys of all types."""
    intent = load("every-key")
    assert (intent.every_key, intent.any_spec, intent.governed, intent.keys) == (True, True, False, ())
    assert {"kms:Encrypt", "kms:Sign", "kms:GenerateMac", "kms:Encapsulate", "kms:DeriveSharedSecret"} <= set(
        intent.users[0].actions
    )
    assert [access.on for access in intent.users] == [(), ("alias",), ("key", "alias")]
    assert load("every-key-of-a-region").any_spec is False


def test_keys_can_keep_their_key_policies() -> None:
    """`key_policy: keep` leaves the key policies of the keys listed alone."""
    intent = load("keep-key-policies")
    assert (intent.keep_key_policies, intent.governed, len(intent.keys)) == (True, False, 1)
    assert load("listed-keys").governed is True


def test_extending_merges_mappings_and_joins_lines() -> None:
    """An intent has what it extends: mappings merged, its own values first, and the lines of both, the base's before its own."""
    intent = load("extends")
    assert intent.scope.regions == ("eu-west-1",)
    assert intent.scope.deployer == "arn:aws:iam::111122223333:role/ci"
    assert intent.key is not None
    assert (intent.key.rotation_days, dict(intent.key.tags)) == (365, {"team": "platform", "env": "prod"})
    assert [access.principal.rpartition("/")[2] for access in intent.users] == ["shared", "a"]
    assert [line.name for line in intent.guardrails] == ["deny-delete", "deny-insecure-transport"]
    assert [Path(line.location.path).name for line in intent.guardrails] == ["_guardrails.yaml", "extends.yaml"]

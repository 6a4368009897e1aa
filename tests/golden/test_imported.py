"""What is rendered and imported again is an intent that gives the same access."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.cli.jobs.import_ import as_told, import_subject
from kmsgen.compiler import compile_intent
from kmsgen.importer.importer import import_key
from kmsgen.intent import intent_of
from kmsgen.policy.bundle import Key
from kmsgen.policy.json_form import format_document
from kmsgen.prover.problem import Budget
from kmsgen.reading import parse
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject
from tests.golden.cases import golden_case

FILES = Path(__file__).parent / "files"
POLICIES = sorted(FILES.glob("*/json/key-policy*.json"))
TEMPLATES = [
    path
    for path in sorted(FILES.glob("*/cloudformation/template.yaml"))
    if "AWS::KMS::Key\n" in path.read_text(encoding="utf-8") and path.parents[1].name != "ml-kem"
]
# Name of the case -> why it is not proved: a line gives a user by name what the account's statement leaves to its IAM policies.
LEFT_OPEN = {"replicas": "federated-user/reporting"}
# Name of the case -> what no line of an intent says but one about its service: any AWS service of an organization.
UNSAID = {"identity-center": "this is for anybody else too"}
ID, MULTI_REGION_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"


@pytest.mark.parametrize("path", POLICIES, ids=[f"{path.parents[1].name}-{path.stem}" for path in POLICIES])
def test_what_is_rendered_comes_in_again(path: Path) -> None:
    """Every key policy is said whole, and nothing is gained or lost in either direction, but for what is named here."""
    key = golden_case(path.parents[1].name).deployment.bundle.keys[0].key
    arn = f"{key.arn.rpartition('/')[0]}/{MULTI_REGION_ID if key.multi_region else ID}"
    done = import_subject(read_subject(str(path), Beside(key_arn=arn, kind=(key.spec, key.usage))), Budget(seconds=60))
    why = [str(one) for one in (*done.unsaid, *done.found.gained, *done.found.lost, done.found.reason)]
    assert done.is_same or UNSAID.get(path.parents[1].name, "-") in why[0], why


def test_templates_come_in_with_their_iam_policies() -> None:
    """Every template is said whole, what its IAM policies give beside the key policy too, but for the ones named here."""
    open_ones: dict[str, str] = {}
    for path in TEMPLATES:
        intent = golden_case(path.parents[1].name).intent
        told = {"AWS::Region": intent.scope.regions[0], "AWS::AccountId": intent.scope.account}
        done = import_subject(as_told(read_subject(str(path), Beside(parameters=told))), Budget(seconds=60))
        if not done.is_same:
            found = (*done.unsaid, *done.found.gained, *done.found.lost, done.found.reason)
            open_ones[path.parents[1].name] = "; ".join(filter(None, map(str, found)))
    assert sorted(open_ones) == sorted(LEFT_OPEN), open_ones
    assert [name for name, why in LEFT_OPEN.items() if why not in open_ones[name]] == []


def test_every_golden_policy_is_asked() -> None:
    """The folder holds the policies that the test above is about."""
    assert len(POLICIES) >= 26
    assert len(TEMPLATES) >= 23


@pytest.mark.parametrize("path", POLICIES, ids=[f"{path.parents[1].name}-{path.stem}" for path in POLICIES])
def test_an_imported_intent_is_imported_the_same(path: Path, tmp_path: Path) -> None:
    """An intent that is imported, compiled and imported again is the same text."""
    key = golden_case(path.parents[1].name).deployment.bundle.keys[0].key
    first = _text(path, key)
    compiled = compile_intent(intent_of(parse(first, "intent.yaml"))).bundle.keys[0].policy
    again = tmp_path / path.name
    again.write_text(json.dumps(format_document(compiled)), encoding="utf-8")
    assert _text(again, key) == first


def _text(path: Path, key: Key) -> str:
    arn = f"{key.arn.rpartition('/')[0]}/{MULTI_REGION_ID if key.multi_region else ID}"
    subject = read_subject(str(path), Beside(key_arn=arn, kind=(key.spec, key.usage)))
    return import_key(subject.bundle.keys[0], {}, path.name).text

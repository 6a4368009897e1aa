"""Every golden intent edited in one field: applied, edited, applied, and applied again once the edit is said to be out there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kmsgen.errors import KmsgenError
from kmsgen.intent.intent import Intent
from kmsgen.policy.json_form import format_document
from kmsgen.render.artifact import Artifact
from kmsgen.render.cloudformation import creates_key
from kmsgen.render.terraform.modules import render
from tests.golden.cases import ROOT, GoldenCase, golden_case, golden_names
from tests.golden.edits import EDITS, Step, after, step
from tests.real.deployed import comparable, prepare, raise_quotas
from tests.real.recording import recording
from tests.real.servers import Moto
from tests.real.terraform_cli import Terraform, terraform
from tests.real.test_cloudformation import assert_stacks, deploy
from tests.real.test_terraform import Root, assert_deployed, waves, write

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"),
]
EXAMPLES = {path.parent.name for path in ROOT.glob("examples/*/intent.yaml")}  # test_examples.py is about these


class Edited(NamedTuple):
    """A golden intent, the renders that one after the other are applied, and what there is before."""

    case: GoldenCase
    steps: tuple[Step, Step, Step]


def edited(edit: str) -> Iterator[Edited]:
    """Yield golden intents with an edit: as they are, edited, and edited once that is out there."""
    for name in golden_names():
        intent = golden_case(name).intent
        changed = EDITS[edit](intent) if name not in EXAMPLES else None
        if changed is None:
            continue
        changed = _with_own_alias(changed)
        try:
            first = step(intent)
            between = after(first, changed)
            last = after(between, changed, applied=True)
        except KmsgenError:
            continue  # refused: nothing is rendered that could be deployed
        yield Edited(GoldenCase(name, intent, first.deployment), (first, between, last))


def _with_own_alias(intent: Intent) -> Intent:
    """Return an intent whose alias no other one takes."""
    if intent.key is None or intent.key.alias != "alias/edited":
        return intent
    return intent._replace(key=intent.key._replace(alias=f"alias/edited/{intent.name}"))


def rendered(steps: Iterable[Step]) -> list[Any]:
    """Return every key policy of renders."""
    return [comparable(format_document(one.policy)) for made in steps for one in made.deployment.governed_keys()]


def put(calls: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[Any]:
    """Yield every key policy that calls put."""
    yield from (comparable(body["Policy"]) for name, body in calls if body.get("Policy") and name != "GetKeyPolicy")


def applied(program: Terraform, folder: Path) -> list[str]:
    """Apply; return the types of what was destroyed or replaced."""
    told = map(json.loads, program.run(folder, "apply", "-auto-approve", "-json", "-parallelism=100").splitlines())
    changes = [one["change"] for one in told if one["type"] == "planned_change"]
    return [one["resource"]["resource_type"] for one in changes if one["action"] in ("delete", "replace")]


class Again(Root):
    """A root module that is written several times: a key that the provider cannot create is created once."""

    def __init__(self, moto: Moto, created: dict[str, str]) -> None:
        super().__init__(moto)
        self.created = created

    def _create(self, case: GoldenCase, artifact: Artifact) -> str:
        if case.name not in self.created:
            self.created[case.name] = super()._create(case, artifact)
        return self.created[case.name]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_every_golden_intent_is_applied(edit: str, moto: Moto, tmp_path: Path) -> None:
    """No key and no key policy is destroyed, every policy that is put was proved, and a second plan is empty."""
    found = list(edited(edit))
    by_name = {one.case.name: one for one in found}
    for number, cases in enumerate(waves(one.case for one in found)):
        moto.reset()
        with recording(moto) as (recorder, through):
            folder = tmp_path / str(number)
            folder.mkdir()
            program = terraform(through.environment(), folder)
            chosen = [by_name[case.name] for case in cases]
            created: dict[str, str] = {}
            _written(chosen, 0, Again(moto, created), program, folder)
            assert applied(program, folder) == []
            for place in (1, 2):
                _written(chosen, place, Again(moto, created), program, folder)
                gone = applied(program, folder)
                assert [kind for kind in gone if kind.startswith("aws_kms") and "key" in kind] == [], (edit, gone)
                program.run(folder, "plan", "-detailed-exitcode", "-no-color", "-parallelism=100")
            proved = rendered(made for one in chosen for made in one.steps)
            assert [policy for policy in put(recorder.taken()) if policy not in proved] == []
            arns = {name: output["value"] for name, output in json.loads(program.run(folder, "output", "-json")).items()}
            for one in (each for each in chosen if each.case.name not in created):  # what calls create calls change
                assert_deployed(moto, GoldenCase(one.case.name, one.steps[2].between, one.steps[2].deployment), arns)


def _written(chosen: Iterable[Edited], place: int, root: Root, program: Terraform, folder: Path) -> None:
    """Write a render of each case and the module that calls them."""
    for one in chosen:
        made = one.steps[place]
        prepare(root.moto, made.deployment)
        raise_quotas(root.moto, made.deployment)
        write(folder / one.case.name, render(made.deployment).artifacts)
        root.add(GoldenCase(one.case.name, made.between, made.deployment))
    (folder / "main.tf").write_text("\n".join(root.blocks))
    program.run(folder, "init", "-no-color")


@pytest.mark.parametrize("edit", EDITS)
def test_stacks_of_every_golden_intent_are_updated_through_an_edit(edit: str, moto: Moto) -> None:
    """Each key stays the key that it was, and what is there is what was proved, step by step."""
    for one in edited(edit):
        if _is_by_call(one):
            continue
        moto.reset()
        ids: list[list[str]] = []
        for made in one.steps:
            case = GoldenCase(one.case.name, made.between, made.deployment)
            prepare(moto, made.deployment)
            raise_quotas(moto, made.deployment)
            arns = deploy(moto, case)
            assert_stacks(moto, case, arns)
            ids.append(sorted(arns.values()))
        assert ids[0] == ids[1] == ids[2], (one.case.name, edit)


def _is_by_call(one: Edited) -> bool:
    """Return whether calls create the key: then calls change it too."""
    new_key = one.case.deployment.new_key
    return new_key is not None and not creates_key(new_key)

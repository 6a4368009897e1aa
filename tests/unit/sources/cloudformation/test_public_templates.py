"""Templates in the style of AWS's samples: each is answered as it is."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from cfnlint.decode import decode_str
from cfnlint.template import Template

from kmsgen.prover import Budget, differences, prove
from kmsgen.prover.question import NoPublic
from kmsgen.reading import Source, read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.language.conditions import cases_of
from kmsgen.sources.cloudformation.template import DIALECT, read_template
from kmsgen.sources.described import Described
from tests.unit.sources.cloudformation.stacks import stack

FOLDER = Path(__file__).parent / "templates"
UNKNOWN = {"cloudtrail.yaml": "parameter LogArchiveAccount", "shared_accounts.yaml": "parameter AdminRoleArn"}
ALL = sorted(path for path in FOLDER.iterdir() if path.is_file())


def source(name: str) -> Source:
    """Read one of the templates."""
    return read_file(FOLDER / name, dialect=DIALECT)


def template(name: str, **parameters: str) -> Described:
    """Read one of the templates with some parameters told."""
    return read_template(source(name), Beside(parameters=parameters))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_template_is_answered_as_it_is(path: Path) -> None:
    """Nobody has public access, or it depends on what is named: no template is refused, and none is proved by a guess."""
    found = template(path.name)
    assert found.bundle.keys
    proofs = [prove(found.most._replace(keys=(key,)), NoPublic(), Budget(seconds=20)).result for key in found.most.keys]
    least = [prove(found.least._replace(keys=(key,)), NoPublic(), Budget(seconds=20)).result for key in found.least.keys]
    assert {str(one) for one in least} == {"proved"}
    if path.name in UNKNOWN:
        assert UNKNOWN[path.name] in [one.what for one in found.unknown]
    else:
        assert path.name == "imported.yaml" or {str(one) for one in proofs} == {"proved"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("cloudtrail.yaml", {"NotificationEmail": ("", "a@b"), "LogArchiveAccount": ("", "222233334444")}),
        ("joined.json", {"Environment": ("dev", "prod"), "MultiRegionKey": ("false",)}),
        ("shared_accounts.yaml", {"OrganizationId": ("o-1234567890",), "AdminRoleArn": ("arn:aws:iam::555555555555:root",)}),
    ],
)
def test_every_deployment_lies_between_the_most_and_the_least_access(name: str, values: dict[str, tuple[str, ...]]) -> None:
    """Whatever the parameters are, nothing is allowed that the most does not allow, and all that the least does."""
    left_open = template(name)
    for combination in product(*values.values()):
        told = template(name, **dict(zip(values, combination, strict=True)))
        assert differences(left_open.most, told.most, Budget(seconds=20)).gained == ()
        assert differences(left_open.least, told.least, Budget(seconds=20)).lost == ()


def test_loops_are_written_out_as_cfn_lint_does() -> None:
    """The same resources, of the same types."""
    text = (FOLDER / "loops.yaml").read_text(encoding="utf-8")
    theirs = Template("loops.yaml", decode_str(text)[0], ["us-east-1"])
    assert theirs.transform() == []
    assert {name: one.type for name, one in stack(text).resources.items()} == {
        name: one["Type"] for name, one in theirs.template["Resources"].items()
    }


def test_conditions_hold_together_as_cfn_lint_says() -> None:
    """The cases that are asked are its scenarios."""
    text = (FOLDER / "joined.json").read_text(encoding="utf-8")
    decoded = decode_str(text)[0]
    names = sorted(decoded["Conditions"])
    scenarios = Template("joined.json", decoded, ["us-east-1"]).conditions.build_scenarios(
        {name: {True, False} for name in names}
    )
    conditions = stack(text).evaluation.conditions
    cases = cases_of(lambda assumed: [conditions.holds({"Condition": name}, assumed) for name in names], {}) or ()
    assert {tuple(case.value) for case in cases} == {tuple(one[name] for name in names) for one in scenarios}

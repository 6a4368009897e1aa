"""The calls of the catalogue that deploy a key are those that Terraform's provider and the AWS CLI make."""

from __future__ import annotations

import json
import os
import pprint
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import cfnlint
import pytest

from kmsgen.catalogue.deployment_calls import CALLS, RECORDED, DeploymentCall
from tests.real.recording import CLI, recorded
from tests.real.servers import Moto

pytestmark = pytest.mark.real
DATA = Path(__file__).parents[2] / "kmsgen" / "catalogue" / "recorded_calls.py"
HEAD = '''"""Calls to KMS that Terraform's AWS provider and the AWS CLI made for what kmsgen renders, each with its parameters.

Recorded by tests/real/test_deployment_calls.py with KMSGEN_RECORD=1; do not edit. Made with
- Terraform's provider hashicorp/aws 5.100.0
- PyPI awscli {cli}
"""

from __future__ import annotations

'''


_found: dict[str, tuple[DeploymentCall, ...]] = dict(RECORDED)


LONG = (pytest.mark.long, pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"))
KINDS = ["key", "existing", CLI, *(pytest.param(kind, marks=LONG) for kind in ("replicas", "material"))]
"""Each replica is a module of its own: minutes of waiting for Terraform."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_recorded_calls_are_those_that_are_made(kind: str, moto: Moto, tmp_path: Path) -> None:
    """What the tools send is what the catalogue has; with KMSGEN_RECORD=1 (and KMSGEN_LONG=1, without -n) it is written there."""
    found = recorded(moto, tmp_path, kind)
    if os.environ.get("KMSGEN_RECORD"):
        _found[kind] = tuple(found)
        DATA.write_text(written(_found), encoding="utf-8")
        pytest.skip("recorded; format it with ruff")
    assert found == list(RECORDED[kind])


def written(found: Mapping[str, tuple[DeploymentCall, ...]]) -> str:
    """Return the module of recorded calls."""
    rows = pprint.pformat({kind: tuple(map(tuple, calls)) for kind, calls in found.items()}, width=126, sort_dicts=False)
    head = HEAD.format(cli=version("awscli"))
    return f"{head}Row = tuple[str, str, str, str, tuple[str, ...]]\nROWS: dict[str, tuple[Row, ...]] = {rows}\n"


def test_the_calls_of_cloudformation_are_those_that_its_handlers_are_permitted() -> None:
    """Each operation of a handler is in the resource type's schema, and all of them but for what kmsgen never renders."""
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    names = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    never = {"kms:EnableKey", "kms:DisableKey"}
    beside = {("AWS::KMS::Key", "create", "kms:TagResource"), ("AWS::KMS::Key", "create", "kms:PutKeyPolicy")}
    beside |= {("AWS::KMS::ReplicaKey", "create", f"kms:{name}") for name in ("CreateKey", "TagResource")}
    for resource in ("AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias"):
        handlers = json.loads((schemas / "resources" / f"{names[resource]}.json").read_text())["handlers"]
        for phase in {call.phase for call in CALLS if call.resource == resource}:
            ours = {f"kms:{call.operation}" for call in CALLS if (call.resource, call.phase) == (resource, phase)}
            theirs = {name for name in handlers[phase]["permissions"] if (resource, phase, name) not in beside} - never
            assert theirs <= ours, (resource, phase)
            assert ours - theirs <= {"kms:ListResourceTags"}, (resource, phase)

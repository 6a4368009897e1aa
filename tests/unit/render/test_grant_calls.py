"""Grant calls: the names of grants and of their files."""

from __future__ import annotations

import json

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.grant import Grant
from kmsgen.render import grant_calls, json_files
from tests.unit.render.bundles import deployment, role, texts


def test_there_is_no_script_without_a_grant() -> None:
    """No grant, no file."""
    assert grant_calls.render(deployment()).artifacts == ()


def test_a_grant_without_a_name_gets_one_in_the_script() -> None:
    """Without a name, to run the script twice would make two grants."""
    found = texts(grant_calls.render(deployment(grants=(Grant("g", role("x"), ("Decrypt",)),))))
    assert [request["Name"] for request in json.loads(found["grants/grants.json"])] == ["app-grant-1"]


def test_grant_names_of_kms_become_file_names_of_their_own() -> None:
    """Slashes and colons never reach a path, and names that look alike then are told apart by their order."""
    names = ("/team/a:b", "team-a-b", "/", "TEAM/a/b", "a" * 256, "a" * 255)
    given = deployment(grants=tuple(Grant(name, role("x"), ("Decrypt",), name=name) for name in names))
    found = texts(json_files.render(given))
    files = [path.removeprefix("json/grants/") for path in found if path.startswith("json/grants/")]
    long = "a" * 120
    assert files == ["team-a-b.json", "team-a-b-2.json", "unnamed.json", "TEAM-a-b-3.json", f"{long}.json", f"{long}-2.json"]
    assert [json.loads(found[f"json/grants/{name}"])["Name"] for name in files] == list(names)


@pytest.mark.parametrize("name", ["a b", "a'b", "a`b", "", "é", "a" * 257])
def test_a_grant_name_that_kms_would_refuse_is_refused(name: str) -> None:
    """Nothing but letters, digits and `:/_-` reaches the script."""
    with pytest.raises(InputError, match="grant-name"):
        grant_calls.render(deployment(grants=(Grant("g", role("x"), ("Decrypt",), name=name),)))

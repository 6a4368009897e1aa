"""Scenarios of JSON Lines, one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from kmsgen.errors import InputError, KmsgenError
from kmsgen.reading import Lines, TextLine, parse
from kmsgen.sources.question import Scenario
from kmsgen.sources.scenario.lines import MAX_KNOWN, scenarios_of_lines
from kmsgen.sources.scenario.scenario import read_scenarios

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = "arn:aws:iam::111122223333:role/app"


def scenario(*, sid: str = "A", **more: Any) -> dict[str, Any]:
    """Return a scenario; its policy has a Sid of its own."""
    statement = {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": APP}, "Action": "kms:Decrypt", "Resource": "*"}
    return {"note": "n", "key": {"arn": KEY}, "policy": {"Statement": [statement]}, "requests": [asking()], **more}


def asking(**more: Any) -> dict[str, Any]:
    """Return a request."""
    return {"principal": APP, "action": "kms:Decrypt", **more}


def read(texts: Iterable[str]) -> list[Scenario | KmsgenError]:
    """Read lines."""
    found = (TextLine("s.jsonl", number, text.encode(), 10**6) for number, text in enumerate(texts, 1))
    return list(scenarios_of_lines(Lines("s.jsonl", found)))


def sound(texts: Iterable[str]) -> list[Scenario]:
    """Read lines with which nothing is wrong."""
    found = read(texts)
    return [one for one in found if isinstance(one, Scenario)] if not any(isinstance(one, KmsgenError) for one in found) else []


REPEATED = [
    scenario(),
    scenario(note="another"),
    scenario(note=None),
    scenario(requests=[]),
    scenario(requests=None),
    scenario(requests=[asking(context={"aws:SourceIp": ["10.0.0.1"]}), asking(expect="allowed", because="A")]),
    scenario(requests=[asking(encryption_context={"a": "b"}, resource=KEY, grant_tokens=["t"], whole_call=False)]),
    scenario(requests=[asking(action="kms:CreateGrant", create_grant={"GranteePrincipal": APP, "Operations": ["Decrypt"]})]),
]


def test_what_repeats_is_read_once() -> None:
    """Lines that differ in note and requests alone share one bundle, and are what reading the whole file gives."""
    texts = [json.dumps(one) for one in REPEATED]
    found = sound(texts)
    assert found == list(read_scenarios(parse("\n".join(texts), "s.jsonl")))
    assert len({id(one.bundle) for one in found}) == 1


def test_what_is_unknown_in_a_line_is_unknown_in_those_that_repeat_it() -> None:
    """Of whom the IAM policies are not known stands beside the bundle, and is kept with it."""
    lines = [scenario(unknown={APP: "AccessDenied"}, note=note) for note in ("a", "b")]
    found = sound(map(json.dumps, lines))
    assert [one.unread for one in found] == [{APP: "AccessDenied"}] * 2
    assert found[0].bundle is found[1].bundle


def test_lines_in_turns_share_their_bundles() -> None:
    """Several scenarios that take turns are each read once, up to so many."""
    texts = [json.dumps(scenario(sid=f"S{number % MAX_KNOWN}")) for number in range(3 * MAX_KNOWN)]
    assert len({id(one.bundle) for one in sound(texts)}) == MAX_KNOWN


def test_another_policy_is_another_bundle() -> None:
    """Nothing of a line is taken for that of another which it is not: in whatever small thing they differ."""
    lines = [
        scenario(),
        scenario(sid="B"),
        scenario(key={"arn": KEY, "state": "Disabled"}),
        scenario(principals={APP: {"tags": {"a": "b"}}}),
        {**scenario(), "rcps": []},
    ]
    found = sound([json.dumps(one) for one in (*lines, *reversed(lines))])
    assert [one.bundle for one in found] == [
        one.bundle for one in read_scenarios(parse("\n".join(json.dumps(one) for one in (*lines, *reversed(lines))), "s.jsonl"))
    ]


WRONG = [
    scenario(requests=[asking(), asking(action="kms:Decyrpt")]),
    scenario(requests=[asking(principal="")]),
    scenario(requests=[asking(expects="allowed")]),
    scenario(requests={}),
    scenario(note=["x"]),
    scenario(policy={}),
    {"note": "no key"},
    [],
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_in_its_place(wrong: object) -> None:
    """A bad line after one like it has the diagnostics that reading the whole file gives, and the next line is read."""
    texts = [json.dumps(scenario()), "", json.dumps(wrong), json.dumps(scenario())]
    first, error, last = read(texts)
    with pytest.raises(InputError) as caught:
        read_scenarios(parse("\n".join(texts), "s.jsonl"))
    assert isinstance(error, KmsgenError)
    assert error.diagnostics == caught.value.diagnostics
    assert {problem.location.line for problem in error.diagnostics} == {3}
    assert isinstance(first, Scenario)
    assert isinstance(last, Scenario)
    assert last.bundle is first.bundle


@pytest.mark.parametrize("text", ['{"note": 1', '{"note": NaN}', "[" * 60 + "]" * 60, '{"note": "\\ud800"}', '{"a": 1, "a": 2}'])
def test_a_line_that_is_no_json_is_told_with_its_line(text: str) -> None:
    """Where a message has no column it has the line at least."""
    _, error = read([json.dumps(scenario()), text])
    assert isinstance(error, KmsgenError)
    assert [problem.location.line for problem in error.diagnostics] == [2]

"""`kmsgen simulate` on JSON Lines of any length."""

from __future__ import annotations

import json
import os
import tracemalloc
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer
from kmsgen.cli import held_answers
from kmsgen.cli.jobs import explain, simulate
from kmsgen.cli.jobs.simulate import Given
from tests.unit.cli.jobs.test_simulate import APP, asking, scenario
from tests.unit.cli.running import Runner


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder to run commands in."""
    return Runner(tmp_path, monkeypatch, capsys)


def lines(*scenarios: Any) -> str:
    """Return a text with a scenario a line."""
    return "".join(f"{json.dumps(one)}\n" for one in scenarios)


def many(count: int) -> str:
    """Return so many scenarios that differ in their note and request."""
    return lines(
        *(scenario(asking(encryption_context={"app": f"app-{number}"}), note=f"case {number}") for number in range(count))
    )


def peak(path: str) -> int:
    """Return how many bytes deciding a file holds at most, above what was held before."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        tracemalloc.start()
        try:
            assert simulate.run(Given((path,)), "json", None) == 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_many_lines_are_not_held_at_once(folder: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the lines, neither for scenarios nor for answers."""
    monkeypatch.setattr(held_answers, "MAX_HELD", 10_000)
    monkeypatch.setattr(simulate, "MAX_REMEMBERED", 400)
    few, more = folder.write("few.jsonl", many(1_000)), folder.write("more.jsonl", many(5_000))
    peak(few)
    assert peak(more) < peak(few) + 100_000


@pytest.mark.parametrize("words", [("many.jsonl",), ("-",)])
def test_a_file_of_lines_may_be_larger_than_any_other(folder: Runner, words: tuple[str, ...]) -> None:
    """Only a line has a limit, from standard input as well."""
    text = many(9_000)
    assert len(text) > 4 * 2**20
    folder.write("many.jsonl", text)
    ran = folder("simulate", *words, stdin=text)
    assert (ran.code, ran.err) == (0, "9000 requests\n")
    assert ran.out.count("\n") == 9_000


@pytest.mark.parametrize("output", ["text", "json"])
def test_nothing_is_printed_where_a_later_line_is_bad(folder: Runner, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """Every bad line is told, and no answer is printed, though they were made before it was read."""
    monkeypatch.setattr(held_answers, "MAX_HELD", 100)
    bad = [scenario(asking(action="kms:Decyrpt")), {"note": "no key"}]
    path = folder.write("s.jsonl", many(20) + lines(*bad) + "{\n" + many(2))
    ran = folder("simulate", path, "--output", output)
    assert (ran.code, ran.out) == (2, "")
    assert [f"s.jsonl:{number}:" in ran.err for number in (20, 21, 22, 23, 24)] == [False, True, True, True, False]


@pytest.mark.parametrize("output", ["text", "json"])
def test_answers_that_wait_in_a_file_are_the_same(folder: Runner, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """Where they wait changes nothing of what is printed."""
    path = folder.write("s.jsonl", many(50) + lines(scenario(asking(principal=f"{APP}-\u00e4\r"), note="\u00e4\u2028")))
    ran = folder("simulate", path, "--output", output)
    monkeypatch.setattr(held_answers, "MAX_HELD", 100)
    assert folder("simulate", path, "--output", output) == ran


def test_lines_and_one_file_of_all_requests_are_answered_alike(folder: Runner) -> None:
    """JSON of lines is one list, as that of one scenario with all their requests is."""
    asked = [asking(encryption_context={"app": name}) for name in ("pay", "other", "pay")]
    apart = folder("simulate", folder.write("s.jsonl", lines(*(scenario(one) for one in asked))), "--output", "json")
    together = folder("simulate", folder.write("s.json", scenario(*asked)), "--output", "json")
    rows = json.loads(apart.out)
    assert [{**row, "request": number} for number, row in enumerate(rows, 1)] == json.loads(together.out)
    assert apart.out == "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]\n"


def test_no_lines_are_an_empty_list(folder: Runner) -> None:
    """An empty file asks nothing."""
    ran = folder("simulate", folder.write("s.jsonl", "\n\n"), "--output", "json")
    assert (ran.code, ran.out, ran.err) == (0, "[]\n", "0 requests\n")


def test_policies_that_repeat_are_compiled_once(folder: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenarios that take turns have an authorizer each, not one a line."""
    made: list[Authorizer] = []

    def counted(bundle: Any) -> Authorizer:
        made.append(Authorizer(bundle))
        return made[-1]

    monkeypatch.setattr(simulate, "Authorizer", counted)
    other = scenario(asking(), key={"arn": scenario()["key"]["arn"], "state": "Disabled"})
    ran = folder("simulate", folder.write("s.jsonl", lines(*[scenario(asking()), other] * 10)), "--output", "json")
    assert [row["outcome"] for row in json.loads(ran.out)] == ["allowed", "error"] * 10
    assert len(made) == 2


@pytest.mark.parametrize("limit", ["MAX_AUTHORIZERS", "MAX_REMEMBERED"])
def test_an_authorizer_that_was_forgotten_is_made_again(folder: Runner, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """The answers are the same, however few are kept and however soon."""
    monkeypatch.setattr(simulate, limit, 1)
    other = scenario(asking(), key={"arn": scenario()["key"]["arn"], "state": "Disabled"})
    ran = folder("simulate", folder.write("s.jsonl", lines(*[scenario(asking()), other] * 3)), "--output", "json")
    assert [row["outcome"] for row in json.loads(ran.out)] == ["allowed", "error"] * 3


def test_callers_are_not_remembered_for_ever(folder: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the callers that requests name either."""
    monkeypatch.setattr(simulate, "MAX_REMEMBERED", 100)
    sessions = [f"arn:aws:sts::111122223333:assumed-role/app/session-{number}" for number in range(600)]
    texts = [lines(*(scenario(asking(principal=one)) for one in sessions[:count])) for count in (200, 600)]
    few, more = (folder.write(f"{number}.jsonl", text) for number, text in enumerate(texts))
    peak(more)
    assert peak(more) < peak(few) + 600_000


def test_problems_without_end_end(folder: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of bad lines that goes on for ever does not fill the memory with what is wrong with it."""
    monkeypatch.setattr(simulate, "MAX_PROBLEMS", 5)
    ran = folder("simulate", folder.write("s.jsonl", "5\n" * 1000))
    assert ran.code == 2
    assert ran.err.count("s.jsonl:") < 20
    assert "too-many-problems: nothing was read from here on" in ran.err


def test_explain_holds_so_many_traces(folder: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the traces of more is told, before anything is printed; one request of each line is picked first."""
    monkeypatch.setattr(explain, "MAX_EXPLAINED", 3)
    path = folder.write("s.jsonl", lines(scenario(asking(), asking()), scenario(asking(), asking())))
    ran = folder("explain", path)
    assert (ran.code, ran.out) == (2, "")
    assert "too-many-requests: there are more than 3 requests to explain" in ran.err
    assert folder("explain", path, "--request", "2").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--key-policy", "s.jsonl"), "expected a key policy, found a scenario"),
        (
            ("s.jsonl", "--key-arn", "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
            "stand beside policies",
        ),
    ],
)
def test_lines_are_scenarios(folder: Runner, words: tuple[str, ...], message: str) -> None:
    """They are taken for nothing else, and nothing can stand beside them."""
    folder.write("s.jsonl", lines(scenario(asking())))
    ran = folder("simulate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err

"""Commands that take intents read them however they come; the one that reads an account writes what every command reads."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kmsgen.intent.files.tree import Tree
from kmsgen.intent.intent import Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import json_text, yaml_text
from tests.unit.cli.running import Ran, Runner, piped
from tests.unit.sources.live.account import APP, KEY, OWN, answer, compiled, key, sign_in

REQUEST = ("--principal", APP, "--action", "kms:Decrypt")
# Each command that reads what a snapshot wrote: what is asked, and the exit code.
READERS: dict[str, tuple[tuple[str, ...], int]] = {
    "matrix": (("matrix", "taken.json"), 0),
    "prove": (("prove", "taken.json", "--never", "role/app kms:Sign"), 0),
    "simulate": (("simulate", "taken.json", *REQUEST), 0),
    "explain": (("explain", "taken.json", *REQUEST), 0),
    "lint": (("lint", "taken.json"), 0),
    "diff": (("diff", "taken.json", "taken.json", "--fail-on", "any"), 0),
    "verify": (("verify", "intent.yaml", "--against", "taken.json"), 0),
    "gate": (("gate", "taken.json"), 0),
    "import": (("import", "taken.json"), 0),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with an intent, beside an account that holds what it compiles to."""
    sign_in(monkeypatch)
    made = Runner(tmp_path, monkeypatch, capsys)
    policy, answers = compiled(made, OWN)
    answer(monkeypatch, {**answers, **key(policy)})
    return made


@contextmanager
def named_pipe(folder: Path, text: str) -> Iterator[str]:
    """Give the path of a named pipe into which a text is written."""
    path = folder / "pipe"
    os.mkfifo(path)
    writer = Thread(target=path.write_text, args=(text,), daemon=True)
    writer.start()
    yield str(path)
    writer.join(timeout=60)


@contextmanager
def pipe(_folder: Path, text: str) -> Iterator[str]:
    """Give the path of a pipe as `<(command)` makes one."""
    yield piped(text)


@contextmanager
def standard_input(_folder: Path, _text: str) -> Iterator[str]:
    """Give what stands for standard input, on which a run finds the text."""
    yield "-"


WAYS = {"a pipe": pipe, "a named pipe": named_pipe, "standard input": standard_input}


def ask(run: Runner, way: str, command: str, *more: str) -> Ran:
    """Run a command on the intent that comes in a way."""
    with WAYS[way](run.path, OWN) as path:
        return run(command, path, *more, stdin=OWN)


@pytest.mark.parametrize("way", WAYS)
def test_an_intent_is_rendered_however_it_comes(run: Runner, way: str) -> None:
    """To the same files, but for the manifest, which tells where the intent was."""
    assert run("render", "intent.yaml", "--no-lint", "--out", "of-file").code == 0
    ran = ask(run, way, "render", "--no-lint", "--out", "of-way")
    assert ran.code == 0, ran.err
    rendered = [
        {
            path.relative_to(run.path / out): path.read_bytes()
            for path in (run.path / out).rglob("*.*")
            if path.name != "manifest.json"
        }
        for out in ("of-file", "of-way")
    ]
    assert rendered[0]
    assert rendered[0] == rendered[1]


@pytest.mark.parametrize("way", WAYS)
def test_an_intent_is_compared_with_an_account_however_it_comes(run: Runner, way: str) -> None:
    """What it compiles to is what the account holds."""
    ran = ask(run, way, "drift", "--output", "json")
    assert (ran.code, [(one["drift"], one["keys"]) for one in json.loads(ran.out)]) == (0, [(False, [KEY])]), ran.err


@pytest.mark.parametrize("command", ["render", "drift"])
def test_a_mistake_of_an_intent_in_a_pipe_has_its_line_and_column(run: Runner, command: str) -> None:
    """As one of a file has."""
    path = piped(OWN.replace("can: [decrypt]", "can: [decrypted]"))
    ran = run(command, path)
    assert ran.code == 2
    assert f"{path}:6:37: unknown-action" in ran.err


@pytest.mark.parametrize("command", READERS)
def test_a_snapshot_is_read_by_every_command(run: Runner, command: str) -> None:
    """It is a scenario, and holds all that bears on its keys."""
    assert run("snapshot", KEY, "--out", "taken.json").code == 0
    words, code = READERS[command]
    ran = run(*words)
    assert ran.code == code, ran.out + ran.err


def test_a_snapshot_is_written_into_a_pipe(run: Runner) -> None:
    """What another program reads gets the same text as a file."""
    assert run("snapshot", KEY, "--out", "taken.json").code == 0
    path = run.path / "pipe"
    os.mkfifo(path)
    got: list[str] = []
    reader = Thread(target=lambda: got.append(path.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    assert run("snapshot", KEY, "--out", "pipe").code == 0
    reader.join(timeout=60)
    assert got == [(run.path / "taken.json").read_text(encoding="utf-8")]


ASKED = [*(words for words, _ in READERS.values()), *((name, "intent.yaml") for name in ("matrix", "prove", "lint", "gate"))]
OF_INTENTS = [("render", "intent.yaml", "--no-lint", "--out", "out"), ("drift", "intent.yaml"), ("verify", "intent.yaml")]


@pytest.mark.parametrize("words", [*ASKED, *OF_INTENTS], ids=" ".join)
def test_no_command_loads_a_file_twice(run: Runner, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """Whatever it does with what is in it."""
    assert run("snapshot", KEY, "--out", "taken.json").code == 0
    run.write("intent.yaml", f"{OWN}# {' '.join(words)}\n")
    loaded = Counter[str]()
    for module, name in ((json_text, "parse_json"), (yaml_text, "parse_yaml")):
        monkeypatch.setattr(module, name, _counted(loaded, getattr(module, name)))
    assert run(*words).code == 0
    given = Counter(word for word in words if word in ("intent.yaml", "taken.json"))
    assert {name: loaded[name] for name in given} == given


@pytest.mark.parametrize("words", OF_INTENTS, ids=" ".join)
def test_no_command_loads_an_intent_twice(run: Runner, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """It looks for the intents first, of which there may be thousands: of each it keeps where it is and what it extends."""
    loaded = Counter[str]()

    def counted(tree: Tree) -> Intent:
        loaded[tree.path] += 1
        return resolve(tree)

    monkeypatch.setattr("kmsgen.intent.load.resolve", counted)
    assert run(*words).code == 0
    assert loaded == {"intent.yaml": 1}


@pytest.mark.parametrize("words", [words for words in ASKED if words[0] != "lint"], ids=" ".join)
def test_no_command_opens_a_file_twice(run: Runner, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """But `lint`, which may remember what it found, and looks whether that is of what the file says now."""
    assert run("snapshot", KEY, "--out", "taken.json").code == 0
    opened = Counter[str]()
    opening = Path.open

    def counted(path: Path, *more: Any, **options: Any) -> Any:
        opened[path.name] += 1
        return opening(path, *more, **options)

    monkeypatch.setattr(Path, "open", counted)
    assert run(*words).code == 0
    given = Counter(word for word in words if word in ("intent.yaml", "taken.json"))
    assert {name: opened[name] for name in given} == given


def _counted(loaded: Counter[str], parse: Callable[..., Any]) -> Callable[..., Any]:
    def counted(text: str, path: str, *more: Any, **options: Any) -> Any:
        loaded[path] += 1
        return parse(text, path, *more, **options)

    return counted

"""In how many processes a command works."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kmsgen.cli.commands.many_options import local_course
from kmsgen.cli.jobs import diff, drift, gate
from kmsgen.cli.jobs.parallel.many import Course, cores
from kmsgen.cli.reports.accesses import DiffReport
from tests.unit.cli.git_repository import Repository
from tests.unit.cli.running import Runner

Job = tuple[ModuleType, str, Any]
"""What works: a function of a module, and what it returns here."""
SETTINGS = 'intents = ["intents"]\njobs = 3\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a git repository with settings, in two revisions."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    repository = Repository(tmp_path)
    for name in ("old", "intents"):
        repository.write("kmsgen.toml", SETTINGS)
        repository.intent("a", path=f"{name}/a.yaml")
        repository.commit()
    return runner


def course_of(run: Runner, monkeypatch: pytest.MonkeyPatch, job: Job, words: tuple[str, ...]) -> Course:
    """Run a command whose work is done by nobody; return the course that it takes."""
    taken: list[Course] = []
    module, name, result = job

    def noted(*given: Any) -> Any:
        taken.append(given[-1])
        return result

    monkeypatch.setattr(module, name, noted)
    assert run(*words).code == 0
    return taken[0]


@pytest.mark.parametrize(("options", "jobs"), [((), 3), (("--jobs", "5"), 5)])
@pytest.mark.parametrize(
    ("job", "words"),
    [
        ((drift, "run", 0), ("drift", "a.yaml")),
        ((gate, "run", 0), ("gate", "a.yaml")),
        ((diff, "compared", (DiffReport(()), [])), ("diff", "old", "intents")),
        ((diff, "compared", (DiffReport(()), [])), ("diff", "HEAD~1..HEAD")),
    ],
)
def test_the_settings_say_in_how_many_processes_where_the_option_does_not(
    run: Runner,
    monkeypatch: pytest.MonkeyPatch,
    job: Job,
    words: tuple[str, ...],
    *,
    options: Any,
    jobs: int,
) -> None:
    """`jobs` of kmsgen.toml holds for every command that goes over many files, that of a revision for revisions."""
    assert course_of(run, monkeypatch, job, (*words, *options)).jobs == jobs


def test_without_either_there_are_as_many_processes_as_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is, as this process may use."""
    monkeypatch.chdir(tmp_path)
    assert local_course(jobs=None) == Course(cores())


def test_the_settings_say_which_intents_live_keys_are_compared_with(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file is named; without settings none is, and that is told."""
    taken: list[tuple[str, ...]] = []
    with monkeypatch.context() as patched:
        patched.setattr(drift, "run", lambda paths, *_: taken.append(paths) or 0)
        assert run("drift").code == 0
    assert [[Path(path).name for path in paths] for paths in taken] == [["intents"]]
    Path("kmsgen.toml").unlink()
    ran = run("drift")
    assert (ran.code, "no intent to compare" in ran.err) == (2, True)

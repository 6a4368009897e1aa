"""What was done before is not done again, and a cache never says what kmsgen would not say without it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kmsgen.cli import cache as cache_module
from kmsgen.cli.cache import Cache
from kmsgen.cli.jobs import rests_on
from kmsgen.cli.jobs.rendering import rendering
from kmsgen.cli.jobs.rests_on import kmsgen_itself, versions
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.intent.intent import Intent
from tests.unit.cli.named_intents import EXTENDING as INTENT
from tests.unit.cli.running import Ran, Runner

BASE = "admins: [role/admin]\n"
COUNT = 2


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with intents, with a cache."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    monkeypatch.delenv("KMSGEN_NO_CACHE")
    monkeypatch.setenv("KMSGEN_CACHE", str(tmp_path / "cache"))
    for number in range(COUNT):
        runner.write(f"intents/{number}.yaml", INTENT.format(name=f"i{number}"))
    runner.write("intents/base.yaml", BASE)
    return runner


@pytest.fixture
def confirmed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the intents that are confirmed."""
    names: list[str] = []
    confirm = rendering.confirm

    def counted(intent: Intent, compiled: object) -> None:
        names.append(intent.name)
        confirm(intent, compiled)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "confirm", counted)
    return names


def render(run: Runner, *words: str) -> Ran:
    """Render the folder of intents."""
    return run("render", "intents", "--format", "json", "--format", "grants", *words)


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_done_twice_and_nothing_is_said_otherwise(run: Runner, confirmed: list[str]) -> None:
    """A second run confirms no intent, says what the first said, and writes the same bytes where they are gone."""
    first = render(run)
    assert sorted(confirmed) == ["i0", "i1"]
    written = files(Path("out"))
    second = render(run)
    assert (second.code, second.out) == (0, first.out)
    assert second.err == first.err.replace("2 of them changed", "none of them changed")
    shutil.rmtree("out/i1")
    assert render(run).err.endswith("2 intents, 1 of them changed\n")
    assert files(Path("out")) == written
    assert sorted(confirmed) == ["i0", "i1"]
    assert render(run, "--no-cache", "--out", "anew").code == 0
    assert files(Path("anew")) == written
    assert sorted(confirmed) == ["i0", "i0", "i1", "i1"]


@pytest.mark.parametrize("words", [("--check",), ("--output", "json")])
def test_what_is_remembered_is_told_as_what_is_found(words: tuple[str, ...], run: Runner) -> None:
    """In every form of output, whatever is on disk."""
    render(run)
    shutil.rmtree("out/i1")
    Path("out/i0/json/key-policy.json").unlink()
    shutil.copytree("out", "kept")
    with_cache = render(run, *words)
    shutil.rmtree("out")
    shutil.copytree("kept", "out")
    assert render(run, *words, "--no-cache") == with_cache


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda: Path("intents/1.yaml").write_text(INTENT.format(name="i1") + "# x\n"), ["i1"]),
        (lambda: Path("intents/base.yaml").write_text("admins: [role/other]\n"), ["i0", "i1"]),
        (lambda: Path("intents/1.yaml").rename("intents/9.yaml"), ["i1"]),
        (lambda: None, []),
    ],
    ids=["the intent", "what it extends", "its path", "nothing"],
)
def test_a_verdict_is_keyed_by_what_it_rests_on(change: object, again: list[str], run: Runner, confirmed: list[str]) -> None:
    """Its file and its bases, by their content, and its path."""
    render(run)
    confirmed.clear()
    change()  # type: ignore[operator]
    assert render(run).code == 0
    assert sorted(confirmed) == again


@pytest.mark.parametrize("words", [("--format", "terraform"), ("--no-lint",)])
def test_options_are_among_what_a_verdict_rests_on(words: tuple[str, ...], run: Runner, confirmed: list[str]) -> None:
    """Other formats are other files, and what cfn-lint did not look at is not known to be sound."""
    render(run)
    render(run, *words)
    assert len(confirmed) == 2 * COUNT


def forget() -> None:
    """Look anew at what kmsgen is."""
    kmsgen_itself.cache_clear()
    versions.cache_clear()


def test_another_kmsgen_remembers_nothing_of_this_one(run: Runner, confirmed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it another version, another version of what it stands on, or a line of its code."""
    render(run)
    forget()
    monkeypatch.setattr(rests_on, "version", lambda package: "0" if package == "cfn-lint" else "1")
    render(run)
    forget()
    assert len(confirmed) == 2 * COUNT


def test_a_line_of_code_is_among_what_a_verdict_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout that was changed is another kmsgen."""
    (tmp_path / "code.py").write_text("1")
    monkeypatch.setattr(rests_on, "PACKAGE", tmp_path)
    found = set()
    for text in ("1", "2"):
        (tmp_path / "code.py").write_text(text)
        forget()
        found.add(kmsgen_itself())
    forget()
    assert len(found) == 2


def test_a_no_is_not_remembered(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """An intent that failed is looked at again."""
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "confirm", refuse)
        assert render(run).code == 1
    assert render(run).code == 0


def refuse(intent: Intent, _: object) -> None:
    """Answer a question with no."""
    raise RefusedError([Diagnostic(Location(intent.path), "excess-access", "somebody may decrypt")])


def test_a_file_that_changes_while_it_is_looked_at_is_not_remembered(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is not what the digest stands for."""
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "confirm", lambda intent, _: Path(intent.path).write_text(INTENT.format(name=intent.name) + "#"))
        render(run, "--jobs", "1")
    confirmed: list[str] = []
    monkeypatch.setattr(rendering, "confirm", lambda intent, _: confirmed.append(intent.name))
    render(run)
    assert len(confirmed) == COUNT


OF_OTHER_TYPES = {
    "summary of another type": "UPDATE answers SET summary = x'ff00'",
    "body of another type": "UPDATE answers SET body = 'a text'",
    "seal of another type": "UPDATE answers SET seal = x'ff00'",
    "day of another type": "UPDATE answers SET day = 'today'",
}


@pytest.mark.parametrize("damage", ["summary", "body", "key", *OF_OTHER_TYPES])
def test_a_damaged_answer_is_none(damage: str, run: Runner, confirmed: list[str]) -> None:
    """A changed text, name of a file or type, an answer under the key of another one: each is found out."""
    render(run)
    written = files(Path("out"))
    with sqlite3.connect("cache/answers.sqlite") as file:
        rows = dict(file.execute("SELECT key, summary FROM answers").fetchall())
        if damage == "summary":
            file.execute("UPDATE answers SET summary = replace(summary, 'i0', 'i9')")
        elif damage in OF_OTHER_TYPES:
            file.execute(OF_OTHER_TYPES[damage])
        elif damage == "body":
            file.execute("UPDATE answers SET body = (SELECT body FROM answers WHERE key = ?)", (min(rows),))
        else:
            first, second = sorted(rows)[:2]
            file.execute("UPDATE answers SET key = 'x' WHERE key = ?", (first,))
            file.execute("UPDATE answers SET key = ? WHERE key = ?", (first, second))
    shutil.rmtree("out")
    assert render(run).code == 0
    assert files(Path("out")) == written
    assert (len(confirmed) > COUNT) is not damage.startswith("day")


@pytest.mark.parametrize("kind", ["open to others", "a file"])
def test_a_cache_that_cannot_be_used_is_none(kind: str, run: Runner) -> None:
    """The run does without, and says so."""
    folder = run.path / "cache"
    if kind == "a file":
        folder.write_text("")
    else:
        folder.mkdir(mode=0o700)
        folder.chmod(0o777)
    ran = render(run)
    assert ran.code == 0
    assert "the cache is not used" in ran.err
    assert len(files(Path("out"))) > COUNT


def with_answers(folder: Path) -> Path:
    """Return the file of a cache with answers that take several pages."""
    with Cache(folder) as cache:
        for number in range(9):
            cache.remember(str(number), "x" * 3000, number)
    return folder / "answers.sqlite"


def of_another_form(path: Path) -> None:
    """Put a database of other tables there."""
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT)")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_text("nonsense" * 1000),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "its pages": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)),
    "other tables": of_another_form,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_set_aside_and_begun_anew(damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether opening it shows that, or an answer that is asked for: it says so once, and the next run has a cache again."""
    path = with_answers(tmp_path / "cache")
    DAMAGES[damage](path)
    with Cache(path.parent) as cache:
        assert cache.find("5") is None
        cache.remember("5", "again", 5)
    assert (path.parent / "answers.sqlite.damaged").exists()
    assert capsys.readouterr().err.count("set aside") == 1
    with Cache(path.parent) as cache:
        found = cache.find("5")
    assert found is not None
    assert (found.summary, found.body) == ("again", 5)
    assert not capsys.readouterr().err


def test_a_cache_that_is_whole_again_is_not_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two runs that find the damage, the one that comes second takes what the first began."""
    path = with_answers(tmp_path / "cache")
    opened, failed = cache_module._opened, []

    def found_damaged(folder: Path) -> sqlite3.Connection:
        if failed:
            return opened(folder)
        failed.append(path.rename(folder / "answers.sqlite.damaged"))
        monkeypatch.undo()
        with_answers(folder)
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    damaged = path.read_bytes()
    monkeypatch.setattr(cache_module, "_opened", found_damaged)
    with Cache(path.parent) as cache:
        assert cache.find("5") is not None
    assert (path.parent / "answers.sqlite.damaged").read_bytes() == damaged


def test_a_cache_that_is_busy_is_not_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends by itself, such as another run that writes, or a disk that is full, damages nothing."""
    path = with_answers(tmp_path / "cache")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name, **options: connect(name, **{**options, "timeout": 0}))
    with closing(connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with Cache(path.parent) as cache:
            cache.remember("5", "again", 5)
    assert not (path.parent / "answers.sqlite.damaged").exists()
    with Cache(path.parent) as cache:
        found = cache.find("5")
    assert found is not None
    assert found.body == 5


def test_a_cache_grows_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then what was not used for the longest time goes."""
    monkeypatch.setattr(cache_module, "MAX_BYTES", 1)
    with Cache(tmp_path / "cache") as cache:
        for number in range(10):
            monkeypatch.setattr(cache_module.time, "time", lambda number=number: number * 100_000.0)
            cache.remember(str(number), {"n": number}, ["x"])
    with Cache(tmp_path / "cache") as cache:
        assert [number for number in range(10) if cache.find(str(number))] == [5, 6, 7, 8, 9]
        found = cache.find("7")
    assert found is not None
    assert (found.summary, found.body) == ({"n": 7}, ["x"])


def test_merged_policies_are_written_of_what_is_remembered(run: Runner, confirmed: list[str]) -> None:
    """With `merge-iam` a second run confirms no intent and finds the same policies; to merge or not is part of the key."""
    settings = 'intents = ["intents"]\nformats = ["json", "cloudformation"]\n'
    run.write("kmsgen.toml", f"{settings}merge-iam = true\n")
    assert run("render", "--no-lint").code == 0
    written = files(Path("out"))
    assert any(path.startswith("iam/") for path in written)
    shutil.rmtree("out")
    assert run("render", "--no-lint").code == 0
    assert files(Path("out")) == written
    assert sorted(confirmed) == ["i0", "i1"]
    shutil.rmtree("out")
    run.write("kmsgen.toml", settings)
    assert run("render", "--no-lint").code == 0
    assert not Path("out/iam").exists()
    assert sorted(confirmed) == ["i0", "i0", "i1", "i1"]

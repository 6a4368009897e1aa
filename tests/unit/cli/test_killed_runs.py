"""A run that is killed, wherever that is: the next one repairs what it left, and all of the killed one is there or nothing."""

from __future__ import annotations

import functools
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from kmsgen.cli import app as application
from kmsgen.cli.jobs.rendering import rendering as job
from kmsgen.cli.staging import JOURNAL, LOCK, STAGING
from kmsgen.render.artifact import Rendering
from kmsgen.render.deployment import Deployment

INTENT = """kmsgen: 1
name: {name}
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
admins: [role/admin]
users: [{{principal: role/app, can: [{can}]}}]
grants: [{{name: nightly, grantee: role/exporter, operations: [{operation}]}}]
"""
OPERATIONS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.truncate", "os.link", "os.symlink"}
"""What CPython's audit hooks call what changes a file system; `open` also stands for reading."""
FIRST = ("a.yaml", "b.yaml", "--format", "json", "--format", "grants")
SECOND = ("a.yaml", "b.yaml", "--format", "json")
NEXT = ("a.yaml", "--format", "json")

Tree = dict[str, bytes]


def intents(can: str, operation: str) -> None:
    """Write the intents."""
    for name in ("a", "b"):
        Path(f"{name}.yaml").write_text(INTENT.format(name=name, can=can, operation=operation))


def tree(folder: Path) -> Tree:
    """Return every file below a folder, and every empty folder, by its path."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_bytes() if path.is_file() else b"folder"
        for name, path in found.items()
        if path.is_file() or not any(path.iterdir())
    }


def render(*words: str) -> int:
    """Run `kmsgen render` in this process; return the exit code."""
    sys.argv = ["kmsgen", "render", *words, "--no-lint"]
    try:
        application.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def remember(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile and render each intent once: what these tests kill, hundreds of times, is how that is written."""
    known: dict[tuple[str, str, object], Rendering] = {}
    compiled, rendered = job.compile_intent, job.render

    def render_once(deployment: Deployment, formats: Iterable[str]) -> Rendering:
        key = (deployment.name, Path(deployment.path).read_text(encoding="utf-8"), tuple(formats))
        if key not in known:
            known[key] = rendered(deployment, formats)
        return known[key]

    monkeypatch.setattr(job, "compile_intent", functools.cache(compiled))
    monkeypatch.setattr(job, "render", render_once)
    monkeypatch.setattr(job, "confirm", lambda *_: None)


def forked(work: Callable[[], object]) -> int:
    """Do the work in a process of its own; return how that ended, as os.waitpid tells it."""
    child = os.fork()
    if not child:
        try:
            sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end of the process
            work()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_at(point: int, words: tuple[str, ...]) -> bool:
    """Run `kmsgen render` in a process that is killed before its `point`th operation on the output; tell whether it was."""
    count = 0

    def kill(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event in OPERATIONS and "out" in Path(os.fsdecode(str(arguments[0]))).parts:
            count += 1
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        sys.addaudithook(kill)
        render(*words)

    return os.WIFSIGNALED(forked(work))


@pytest.fixture
def _before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Make a folder with a first render, files of the user's in it, and intents that are changed since."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    remember(monkeypatch)
    intents("encrypt", "Encrypt")
    assert render(*FIRST) == 0
    for name in ("README", "a/mine", "a/grants/own.sh", "own/json/key-policy.json"):
        place = Path("out", name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("the user's")
    intents("decrypt", "Decrypt")
    yield
    capsys.readouterr()


def of(name: str, found: Tree) -> Tree:
    """Return what is of one intent."""
    return {path: data for path, data in found.items() if path.startswith(f"{name}/")}


def check_after_death(first: Tree, second: Tree) -> None:
    """Check what a next run leaves, of one of both intents: that one is as it is now, the other one as it was or as it is now."""
    assert render(*NEXT) == 0
    found = tree(Path("out"))
    assert of("a", found) == of("a", second)
    assert of("b", found) in (of("b", first), of("b", second))
    rest = {path: data for path, data in found.items() if not path.startswith(("a/", "b/"))}
    assert rest == {"README": b"the user's", "own/json/key-policy.json": b"the user's"}


def after(words: tuple[str, ...]) -> Tree:
    """Return what a run that lives to its end writes, and put everything back as it was."""
    shutil.copytree("out", "kept")
    assert render(*words) == 0
    found = tree(Path("out"))
    put_back()
    return found


def put_back() -> None:
    """Bring back the output folder of the first render."""
    shutil.rmtree("out")
    shutil.copytree("kept", "out")


@pytest.mark.usefixtures("_before")
def test_wherever_a_run_is_killed_the_next_one_repairs() -> None:
    """Before each operation on the output in turn: nothing stale stays, nothing of the user's goes, no intent is half written."""
    first, second, point = tree(Path("out")), after(SECOND), 1
    assert of("a", first).keys() - of("a", second).keys() >= {"a/grants/grants.sh"}
    half = whole = 0
    while killed_at(point, SECOND):
        left = tree(Path("out"))
        half += (left.keys() & {f"{STAGING}/{JOURNAL}"}) != set()
        check_after_death(first, second)
        whole += of("b", tree(Path("out"))) == of("b", second)
        put_back()
        point += 1
    assert point > 60
    assert half > 20  # deaths between the first and the last file that takes its place
    assert whole >= half


@pytest.mark.usefixtures("_before")
def test_a_repair_that_is_killed_is_repaired() -> None:
    """The second run is killed half-way, and each operation of the third in turn: the fourth finds all or nothing as well."""
    first, second = tree(Path("out")), after(SECOND)
    middle = half_way(first)
    put_back()
    for point in range(1, 200, 11):
        assert killed_at(middle, SECOND)
        died = killed_at(point, NEXT)
        check_after_death(first, second)
        put_back()
        if not died:
            break
    assert point > 20


def half_way(first: Tree) -> int:
    """Kill a run when it has put some of its files in their places; return the point."""
    for point in range(1, 500, 5):
        assert killed_at(point, SECOND)
        if of("a", tree(Path("out"))) != of("a", first):
            return point
        put_back()
    raise AssertionError("no run was killed half-way")


@pytest.mark.usefixtures("_before")
@pytest.mark.parametrize("size", [0, 1, 100, 700])
def test_a_run_that_dies_within_a_text_leaves_none_of_it(size: int) -> None:
    """A write that is cut off after so many bytes is no file of anybody's."""
    first, second = tree(Path("out")), after(SECOND)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        render(*SECOND)

    assert os.WTERMSIG(forked(work)) == signal.SIGXFSZ
    assert {path: data for path, data in tree(Path("out")).items() if not path.startswith(".kmsgen-")} == first
    check_after_death(first, second)


@pytest.mark.usefixtures("_before")
def test_an_edit_after_a_death_is_nobody_s_to_write_over() -> None:
    """What somebody changes before the next run stays: that run names it, as any run does."""
    first = tree(Path("out"))
    shutil.copytree("out", "kept")
    half_way(first)
    Path("out/b/json/key-policy.json").write_text("edited")
    assert render("b.yaml", "--format", "json") == 1
    assert Path("out/b/json/key-policy.json").read_text() == "edited"
    assert not Path("out", STAGING).exists()
    assert not Path("out", LOCK).exists()


@pytest.mark.usefixtures("_before")
def test_merged_policies_are_repaired_with_the_rest() -> None:
    """A run that puts the IAM policies of all intents into a folder of their own is one run: all of it is there in the end."""
    Path("kmsgen.toml").write_text('intents = ["a.yaml", "b.yaml"]\nformats = ["json", "terraform"]\nmerge-iam = true\n')
    assert render() == 0
    intents("generate-data-key", "Decrypt")
    second = after(())
    assert of("iam", second)
    for point in range(1, 1000, 4):
        died = killed_at(point, ())
        assert render() == 0
        assert tree(Path("out")) == second
        put_back()
        if not died:
            break
    assert point > 60

"""`kmsgen diff A..B`: the intents of two git revisions, key by key, read from git alone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.parallel.many import LEAST
from tests.unit.cli.git_repository import SETTINGS, Repository, repository_with_intents
from tests.unit.cli.running import Runner


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with intents."""
    return repository_with_intents(tmp_path / "repository")


@pytest.fixture
def run(repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in the repository."""
    return Runner(repository.path, monkeypatch, capsys)


def found(run: Runner, *words: str, code: int = 0) -> dict[str, Any]:
    """Return what `diff` tells as data."""
    ran = run("diff", *words, "--output", "json")
    assert ran.code == code, ran.err
    data = json.loads(ran.out)
    assert isinstance(data, dict)
    return data


def changes(told: dict[str, Any]) -> dict[str, str]:
    """Return what became of each intent."""
    return {one["name"]: one["change"] for one in told["intents"]}


def actions(told: dict[str, Any], name: str, side: str = "gained") -> set[str]:
    """Return the actions that an intent gains, or loses."""
    (one,) = (one for one in told["intents"] if one["name"] == name)
    return {action for group in one[side] for action in group["actions"]}


# --- which intents ------------------------------------------------------------------------------------------------------


def test_each_intent_is_compared_with_what_it_was(repository: Repository, run: Runner) -> None:
    """One that is changed, new, gone, or whose base alone is another; what is the same is counted and not compared."""
    repository.intent("a", "decrypt, encrypt")
    repository.intent("d")
    (repository.path / "intents/c.yaml").unlink()
    repository.write("intents/sub/e.yaml", "")
    (repository.path / "intents/sub/e.yaml").unlink()
    repository.commit()
    told = found(run, "HEAD~1..HEAD")
    assert (changes(told), told["same"]) == ({"a": "changed", "d": "added", "c": "removed"}, 1)
    assert actions(told, "a") == {"kms:Encrypt"}
    assert {"kms:PutKeyPolicy", "kms:Decrypt"} <= actions(told, "d")
    assert {"kms:PutKeyPolicy", "kms:Decrypt"} <= actions(told, "c", "lost")
    assert actions(told, "c") == actions(told, "d", "lost") == set()
    back = found(run, "HEAD..HEAD~1")
    assert changes(back) == {"a": "changed", "c": "added", "d": "removed"}
    assert actions(back, "a", "lost") == {"kms:Encrypt"}


def test_a_changed_base_changes_what_extends_it(repository: Repository, run: Runner) -> None:
    """The intents' own files are as they were; the base is named."""
    repository.write("intents/_base.yaml", "admins: [role/other]\n")
    repository.commit()
    told = found(run, "HEAD~1..HEAD")
    assert (changes(told), told["same"]) == ({"a": "base", "b": "base"}, 1)
    assert [one["bases"] for one in told["intents"]] == [["intents/_base.yaml"]] * 2
    assert "kms:PutKeyPolicy" in actions(told, "a") & actions(told, "b", "lost")


def test_processes_compare_as_one_does(repository: Repository, run: Runner) -> None:
    """What a process is handed of a revision can be handed on: more intents than one process takes, of one base, differ alike."""
    for number in range(LEAST + 1):
        repository.intent(f"i{number}")
    repository.commit()
    repository.write("intents/_base.yaml", "admins: [role/other]\n")
    repository.commit()
    alone = found(run, "HEAD~1..HEAD", "--jobs", "1")
    assert len(alone["intents"]) > LEAST
    assert found(run, "HEAD~1..HEAD", "--jobs", "2") == alone


def test_a_key_stays_the_same_under_another_name(repository: Repository, run: Runner) -> None:
    """One name is one key wherever its file is; under another name the alias tells that it is the same."""
    (repository.path / "intents/a.yaml").rename(repository.path / "intents/moved.yaml")
    text = (repository.path / "intents/b.yaml").read_text()
    repository.write("intents/b.yaml", text.replace("name: b", "name: renamed"))
    repository.commit()
    told = found(run, "HEAD~1..HEAD", "--fail-on", "any")
    assert [(one["name"], one["change"], one["was"], one["gained"], one["lost"]) for one in told["intents"]] == [
        ("renamed", "renamed", "b", [], [])
    ]
    assert told["same"] == 2


def test_a_name_counts_more_than_an_alias(repository: Repository, run: Runner) -> None:
    """Two intents that swap their aliases are each compared with what it was, as `render` has a folder a name."""
    for name, other in (("a", "b"), ("b", "a")):
        path = repository.path / f"intents/{name}.yaml"
        path.write_text(path.read_text().replace(f"alias: {name}", f"alias: {other}"))
    repository.commit()
    assert changes(found(run, "HEAD~1..HEAD")) == {"a": "changed", "b": "changed"}


def test_the_settings_of_each_revision_say_where_its_intents_are(repository: Repository, run: Runner) -> None:
    """Intents that move with their folder are the same; a revision without settings takes those of the other."""
    (repository.path / "intents").rename(repository.path / "keys")
    repository.write("kmsgen.toml", SETTINGS.replace("intents/", "keys/").replace('["intents"]', '["keys"]'))
    repository.intent("a", "encrypt", path="keys/a.yaml")
    repository.commit()
    told = found(run, "HEAD~1..HEAD")
    assert (changes(told), told["same"]) == ({"a": "changed"}, 2)
    (repository.path / "kmsgen.toml").unlink()
    repository.intent("a", path="keys/a.yaml")
    repository.commit()
    assert changes(found(run, "HEAD~1..HEAD")) == {"a": "changed"}
    assert changes(found(run, "HEAD..HEAD~1")) == {"a": "changed"}


@pytest.mark.parametrize(
    ("old", "new", "code"), [("gained", "", 1), ("", "gained", 1), ("lost", "lost", 0), ("lost", "gained", 1)]
)
def test_a_change_of_the_settings_opens_no_gate_for_itself(
    old: str, new: str, code: int, repository: Repository, run: Runner
) -> None:
    """What either revision says must not differ, must not; an option wins over both."""
    for value in (old, new):
        repository.write("kmsgen.toml", SETTINGS + (f'[fail-on]\ndiff = "{value}"\n' if value else ""))
        repository.intent("a", "decrypt, encrypt" if value is new else "decrypt")
        repository.commit()
    if old == new:
        repository.intent("a", "decrypt, encrypt")
        repository.commit()
    assert run("diff", "HEAD~1..HEAD").code == code
    assert run("diff", "HEAD~1..HEAD", "--fail-on", "lost").code == 0


@pytest.mark.parametrize(
    ("where", "words", "names"),
    [
        (".", ("intents/a.yaml",), {"a"}),
        (".", ("./intents/../intents",), {"a", "b"}),
        ("intents", ("b.yaml",), {"b"}),
        ("intents", (".",), {"a", "b"}),
        ("intents", (), {"a", "b"}),
        ("docs", ("../intents/a.yaml",), {"a"}),
    ],
)
def test_a_path_is_that_of_the_folder_one_is_in(  # noqa: PLR0917
    where: str, words: tuple[str, ...], names: set[str], repository: Repository, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file or a folder, from wherever in the repository; without one the settings say."""
    repository.write("docs/x", "")
    repository.write("intents/_base.yaml", "admins: [role/other]\n")
    repository.commit()
    monkeypatch.chdir(repository.path / where)
    assert set(changes(found(run, "HEAD~1..HEAD", *words))) == names


def test_an_absolute_path_is_one_of_the_repository(repository: Repository, run: Runner) -> None:
    """It is the path within it; one outside is refused."""
    repository.intent("a", "encrypt")
    repository.commit()
    assert set(changes(found(run, "HEAD~1..HEAD", str(repository.path / "intents")))) == {"a"}
    for outside in ("/etc", "../..", "../repository2"):
        assert run("diff", "HEAD~1..HEAD", outside).code == 2


@pytest.mark.parametrize("path", ["/etc", "../x", "sub/../../x", "out", ""])
def test_the_settings_of_a_revision_stay_within_it(path: str, repository: Repository, run: Runner) -> None:
    """As those of a disk do, links followed."""
    (repository.path / "out").symlink_to("/etc")
    repository.write("kmsgen.toml", f'intents = ["{path}"]\n')
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"HEAD:kmsgen.toml:1:1: bad-setting: `{path}` is not a path within the folder of kmsgen.toml")


def test_an_intent_that_is_named_twice_is_one(repository: Repository, run: Runner) -> None:
    """By its folder and by itself."""
    repository.write("kmsgen.toml", 'intents = ["intents", "intents/a.yaml"]\njobs = 1\n')
    repository.commit()
    assert found(run, "HEAD..HEAD")["same"] == 3


# --- revisions ----------------------------------------------------------------------------------------------------------


def test_three_dots_compare_with_the_fork(repository: Repository, run: Runner) -> None:
    """What the other branch did since is nobody's change here."""
    repository.git("switch", "--quiet", "--create", "feature")
    repository.intent("a", "encrypt")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    repository.intent("b", "encrypt")
    repository.commit()
    assert set(changes(found(run, "main..feature"))) == {"a", "b"}
    assert set(changes(found(run, "main...feature"))) == {"a"}
    repository.git("switch", "--quiet", "--detach", "feature")
    assert set(changes(found(run, "main..."))) == {"a"}
    assert set(changes(found(run, "...main"))) == {"b"}


@pytest.mark.parametrize(
    "text",
    [
        "nowhere..HEAD",
        "HEAD..nowhere",
        "--output=x..HEAD",
        "-x..HEAD",
        "HEAD:intents..HEAD",
        "HEAD\n..HEAD",
        "$(touch x)..HEAD",
        "a b..HEAD",
    ],
)
def test_what_is_no_revision_is_refused(text: str, repository: Repository, run: Runner) -> None:
    """Nothing that a revision is called is an option of git's, or a command."""
    ran = run("diff", "--", text)
    assert (ran.code, ran.out) == (2, "")
    assert ": git: " in ran.err
    assert not (repository.path / "x").exists()


@pytest.mark.parametrize("text", ["../old.yaml", "./a..b", "/x/a..b", "..", "x/../a.yaml"])
def test_a_path_with_dots_is_a_path(text: str, run: Runner) -> None:
    """Where a slash stands beside the dots, or the path begins with `./`."""
    assert "git" not in run("diff", text, "intents/a.yaml").err


def test_a_file_named_as_two_revisions_is_none(repository: Repository, run: Runner) -> None:
    """A branch under review cannot put a file in the way of the comparison."""
    repository.intent("a", "decrypt, encrypt")
    repository.write("main..HEAD", "{}")
    repository.git("switch", "--quiet", "--create", "feature")
    repository.commit()
    assert changes(found(run, "main..HEAD", "--fail-on", "gained", code=1)) == {"a": "changed"}


def test_nothing_of_the_repository_runs(repository: Repository, run: Runner, tmp_path: Path) -> None:
    """No filter, text conversion, pager, alias, hook, monitor or helper that its configuration names; nothing is checked out."""
    ran = tmp_path / "ran"
    command = f"touch {ran}; cat"
    repository.write(".gitattributes", "* filter=evil diff=evil\n")
    repository.intent("a", "encrypt")
    repository.commit()
    for name in (
        "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.external", "core.pager",
        "core.fsmonitor", "core.sshCommand", "alias.cat-file", "alias.rev-parse", "pager.cat-file", "core.alternateRefsCommand",
    ):  # fmt: skip
        repository.git("config", name, f"!{command}" if name.startswith("alias") else command)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit"):
        path = repository.path / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {ran}\n")
        path.chmod(0o755)
    (repository.path / "intents/a.yaml").write_text("in the working tree: only")
    index = (repository.path / ".git/index").read_bytes()
    assert changes(found(run, "HEAD~1..HEAD")) == {"a": "changed"}
    assert not ran.exists()
    assert (repository.path / ".git/index").read_bytes() == index
    assert (repository.path / "intents/a.yaml").read_text() == "in the working tree: only"


def test_a_commit_is_what_its_id_says(repository: Repository, run: Runner) -> None:
    """An object that stands in for another is not looked at."""
    repository.intent("a", "encrypt")
    repository.commit()
    repository.git(
        "replace", repository.git("rev-parse", "HEAD:intents/a.yaml"), repository.git("rev-parse", "HEAD~1:intents/a.yaml")
    )
    assert actions(found(run, "HEAD~1..HEAD"), "a") == {"kms:Encrypt"}


# --- repositories of all kinds ------------------------------------------------------------------------------------------


def test_a_bare_repository_has_revisions_too(repository: Repository, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no working tree to look at, and none is needed."""
    repository.intent("a", "encrypt")
    repository.commit()
    bare = repository.path.parent / "bare"
    repository.git("clone", "--quiet", "--bare", ".", str(bare))
    monkeypatch.chdir(bare)
    assert changes(found(run, "main~1..main")) == {"a": "changed"}


def test_a_shallow_clone_says_what_it_lacks(repository: Repository, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that was not fetched is no empty one."""
    old = repository.git("rev-parse", "HEAD")
    repository.intent("a", "encrypt")
    repository.commit()
    shallow = repository.path.parent / "shallow"
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.path}", str(shallow))
    monkeypatch.chdir(shallow)
    for text in ("HEAD~1..HEAD", f"{old}..HEAD", f"{old}...HEAD"):
        ran = run("diff", text)
        assert (ran.code, ran.out) == (2, "")
        assert "shallow" in ran.err


def test_a_partial_clone_fetches_nothing(repository: Repository, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not fetched is asked for by nobody: a transport would run what the repository's configuration names."""
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.intent("a", "encrypt")
    repository.commit()
    partial = repository.path.parent / "partial"
    words = ("clone", "--quiet", "--bare", "--filter", "blob:none", f"file://{repository.path}", str(partial))
    repository.git(*words)
    monkeypatch.chdir(partial)
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, ran.out) == (2, "")
    assert "lacks the object" in ran.err


def test_a_repository_that_the_environment_names_counts(
    repository: Repository, run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR is what git's own hooks set."""
    repository.intent("a", "encrypt")
    repository.commit()
    monkeypatch.setenv("GIT_DIR", str(repository.path / ".git"))
    monkeypatch.chdir(tmp_path)
    assert changes(found(run, "HEAD~1..HEAD")) == {"a": "changed"}


def test_outside_a_repository_there_are_no_revisions(run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is told, and no working git likewise."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert "not a git repository" in run("diff", "HEAD~1..HEAD").err
    monkeypatch.setenv("PATH", "/nowhere")
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, "no-git" in ran.err) == (2, True)


def test_a_submodule_is_another_repository(repository: Repository, run: Runner) -> None:
    """That it differs is told, and the comparison is not complete; what lies in it cannot be extended or named."""
    other = repository_with_intents(repository.path.parent / "other")
    repository.git("submodule", "--quiet", "add", str(other.path), "intents/sub")
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, "`intents/sub` is a submodule" in ran.err) == (1, True)
    repository.intent("a", base="sub/intents/_base.yaml")
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, "HEAD:intents/a.yaml:3:10: submodule: " in ran.err) == (2, True)
    assert run("diff", "HEAD~1..HEAD", "intents/sub").code == 2


# --- files of all kinds -------------------------------------------------------------------------------------------------


def test_links_are_followed_within_the_revision(repository: Repository, run: Runner) -> None:
    """As a file system does; one that leads out of it leads nowhere, whatever lies there on this disk."""
    base = repository.path / "intents/_base.yaml"
    repository.write("shared/base.yaml", "admins: [role/admin]\n")
    base.unlink()
    base.symlink_to("../shared/base.yaml")
    (repository.path / "linked").symlink_to("intents")
    repository.commit()
    repository.write("shared/base.yaml", "admins: [role/other]\n")
    repository.commit()
    told = found(run, "HEAD~1..HEAD")
    assert changes(told) == {"a": "base", "b": "base"}
    assert told["intents"][0]["bases"] == ["shared/base.yaml"]
    assert set(changes(found(run, "HEAD~1..HEAD", "linked"))) == {"a", "b"}
    assert changes(found(run, "HEAD~2..HEAD~1")) == {}  # a link to the same bytes
    outside = repository.path.parent / "base.yaml"
    outside.write_text("admins: [role/mallory]\n")
    for target in (str(outside), "../../base.yaml", "_base.yaml", "../shared/base.yaml/../base.yaml"):
        base.unlink()
        base.symlink_to(target)
        repository.commit()
        ran = run("diff", "HEAD~1..HEAD", "intents/a.yaml")
        assert ran.code == 2
        assert "HEAD:intents/a.yaml:3:10: " in ran.err


@pytest.mark.parametrize("target", ["nowhere.yaml", "/etc/passwd", "link.yaml"])
def test_an_intent_that_is_a_link_to_nothing_is_told(target: str, repository: Repository, run: Runner) -> None:
    """Of one that leads to nothing in its revision nobody knows which access it gives."""
    (repository.path / "intents/link.yaml").symlink_to(target)
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, "HEAD:intents/link.yaml: no-such-file: " in ran.err) == (2, True)


def test_a_base_that_is_gone_is_named(repository: Repository, run: Runner) -> None:
    """What extends it cannot be compared; the others are."""
    (repository.path / "intents/_base.yaml").unlink()
    repository.intent("c", "encrypt", base="_other.yaml")
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD")
    assert ran.code == 2
    assert [line for line in ran.out.splitlines() if "(" in line.split()[1]] == ["c (intents/c.yaml): changed"]
    assert "HEAD:intents/a.yaml:3:10: no-such-file: `_base.yaml`: " in ran.err
    shown = run("diff", "HEAD~1..HEAD", "--output", "markdown").out
    assert "**Not everything could be compared:**" in shown


def test_what_is_wrong_is_told_of_both_sides(repository: Repository, run: Runner) -> None:
    """With the revision before the path, as `git show` takes it."""
    repository.write("intents/a.yaml", "kmsgen: 1\nname: a\nusers: 3\n")
    repository.write("kmsgen.toml", SETTINGS)
    repository.commit()
    assert "HEAD:intents/a.yaml:3:8: " in run("diff", "HEAD~1..HEAD").err
    repository.intent("a")
    repository.commit()
    assert "HEAD~1:intents/a.yaml:3:8: " in run("diff", "HEAD~1..HEAD").err
    repository.write("kmsgen.toml", "jobs = 0\n")
    repository.commit()
    assert run("diff", "HEAD~1..HEAD").err.startswith("HEAD:kmsgen.toml:1:1: bad-setting: `jobs`:")


@pytest.mark.parametrize("text", ["[", "kmsgen: 1\nname: {name}\nusers: 3\n"], ids=["no YAML", "no intent"])
def test_fail_fast_ends_at_the_first_intent_that_cannot_be_compared(text: str, repository: Repository, run: Runner) -> None:
    """Without it the others are compared, and what is wrong with each is told."""
    for name in ("a", "b"):
        repository.write(f"intents/{name}.yaml", text.format(name=name))
    repository.commit()
    every, first = run("diff", "HEAD~1..HEAD"), run("diff", "HEAD~1..HEAD", "--fail-fast")
    assert (every.code, first.code) == (2, 2)
    assert ["intents/b.yaml:" in one.err for one in (every, first)] == [True, False]
    assert all("intents/a.yaml:" in one.err for one in (every, first))


def test_two_intents_of_one_name_are_refused(repository: Repository, run: Runner) -> None:
    """As `render` refuses them: which of them the key is, nobody knows."""
    repository.intent("a", path="intents/x.yaml")
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD")
    assert (ran.code, "duplicate-name" in ran.err) == (2, True)


HOSTILE = (
    "$(touch x).yaml", "`touch x`.yaml", "-x.yaml", "a;b.yaml", "::error::a.yaml", "##vso[x]a.yaml", "| a | b |.yaml",
    "<img src=x>.yaml", "[x](http:x.y) @org #1.yaml", "a\nb.yaml", "é ü.yaml", "a\tb.yaml", "-->.yaml", "<details>.yaml",
    "${{ x }}.yaml",
)  # fmt: skip


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif", "junit"])
def test_names_of_files_speak_for_nobody(form: str, repository: Repository, run: Runner) -> None:
    """Neither to a shell, nor to a CI server, nor as markup; they are told as they are."""
    for number, name in enumerate(HOSTILE):
        repository.intent(f"n{number}", path=f"intents/{name}", base="_base.yaml")
    latin = os.fsencode(repository.path / "intents") + b"/caf\xe9.yaml"
    Path(os.fsdecode(latin)).write_text((repository.path / "intents/a.yaml").read_text().replace("name: a", "name: z"))
    (repository.path / "intents/a.yaml").unlink()
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD", "--output", form, "--jobs", "1")
    assert ran.code == 0, ran.err
    assert not (repository.path / "x").exists()
    assert not any(line.lstrip().startswith("::") or "##vso[" in line for line in ran.out.splitlines())
    if form == "json":
        assert {one["file"] for one in json.loads(ran.out)["intents"]} >= {f"intents/{name}" for name in HOSTILE}
    if form == "markdown":
        outside = [line for line in ran.out.splitlines() if not line.startswith(("- ", "| ", "#"))]
        assert not any("touch x" in line for line in outside)
        assert "<img" not in ran.out
        assert ran.out.count("</details>") == ran.out.count("<details>")


def test_a_tree_that_no_git_would_write_is_refused_or_read_as_it_is(repository: Repository, run: Runner) -> None:
    """Two files of one path are refused; a path with `..` names a file of the revision, and none of this disk."""
    blob = repository.git("hash-object", "-w", "intents/a.yaml")
    base = repository.git("hash-object", "-w", "intents/_base.yaml")

    def committed(*rows: tuple[str, str, str]) -> str:
        raw = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(one) for mode, name, one in rows)
        words = ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
        tree = subprocess.run(words, input=raw, capture_output=True, check=True).stdout.decode().strip()
        return repository.git("commit-tree", "-m", "x", tree)

    twice = committed(("100644", "_base.yaml", base), ("100644", "a.yaml", blob), ("100644", "a.yaml", base))
    ran = run("diff", f"{twice}..{twice}", ".")
    assert (ran.code, "two files of one path" in ran.err) == (2, True)
    repository.write("../secret.yaml", "kmsgen: 1\nname: secret\n")
    up = committed(("100644", "../secret.yaml", blob), ("100644", "_base.yaml", base), ("100644", "b.yaml", blob))
    ran = run("diff", f"{up}..{up}", ".")
    assert "secret" not in ran.out + ran.err.replace("../secret.yaml", "")


def test_options_that_stand_beside_policies_are_none_of_revisions(run: Runner) -> None:
    """An intent holds all of that itself."""
    ran = run("diff", "HEAD..HEAD", "--key-spec", "RSA_2048:SIGN_VERIFY")
    assert (ran.code, "not-a-policy" in ran.err) == (2, True)


# --- folders, and what comes out ----------------------------------------------------------------------------------------


def test_folders_are_compared_as_revisions_are(repository: Repository, run: Runner) -> None:
    """Without git: intents of one name are one key."""
    subprocess.run(["cp", "-r", "intents", "new"], check=True)
    repository.intent("a", "decrypt, encrypt", path="new/a.yaml")
    (repository.path / "new/b.yaml").unlink()
    told = found(run, "intents", "new")
    assert (changes(told), told["same"]) == ({"a": "changed", "b": "removed"}, 1)
    assert actions(told, "a") == {"kms:Encrypt"}
    assert run("diff", "intents", "new", "--fail-on", "gained").code == 1
    assert run("diff", "intents", "intents/a.yaml").code == 2


def test_a_side_may_hold_no_intents(repository: Repository, run: Runner) -> None:
    """All are new then, or gone; where neither holds any there is nothing to compare."""
    repository.write("empty/README.md", "")
    (repository.path / "more").mkdir()
    assert set(changes(found(run, "empty", "intents")).values()) == {"added"}
    assert set(changes(found(run, "intents", "empty")).values()) == {"removed"}
    assert run("diff", "empty", "more").code == 2
    first = repository.git("rev-list", "--max-parents=0", "HEAD")
    repository.write("later/a.yaml", (repository.path / "intents/a.yaml").read_text())
    repository.write("later/_base.yaml", "admins: [role/admin]\n")
    repository.commit()
    assert changes(found(run, f"{first}..HEAD", "later")) == {"a": "added"}
    assert run("diff", f"{first}..HEAD", "nowhere").code == 2


def test_the_report_is_written_in_every_form_asked_for(repository: Repository, run: Runner) -> None:
    """One run is enough for the log, the comment and what the server reads."""
    repository.intent("a", "decrypt, encrypt")
    repository.commit()
    forms = ("json", "markdown", "sarif", "junit")
    ran = run(
        "diff", "HEAD~1..HEAD", "--fail-on", "gained", *(word for form in forms for word in ("--write", f"{form}=x.{form}"))
    )
    assert (ran.code, ran.out.splitlines()[0]) == (1, "a (intents/a.yaml): changed")
    assert ran.err == "1 of 3 intents differ, 1 gain access, 0 lose access\n"
    (result,) = json.loads(Path("x.sarif").read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["level"]) == ("access-gained", "error")
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("intents/a.yaml", 7)
    assert 'failures="1"' in Path("x.junit").read_text()
    shown = Path("x.markdown").read_text()
    assert shown.startswith("## Access to keys: `HEAD~1` to `HEAD`\n\n1 of 3 intents differ, 1 gain access, 0 lose access.\n")
    assert "| **gained** | `arn:aws:iam::111122223333:role/app` | `kms:Encrypt` | always |" in shown
    assert json.loads(Path("x.json").read_text())["intents"][0]["gained"]
    assert run("diff", "HEAD~1..HEAD", "--write", "pdf=x").code == 2
    assert run("diff", "HEAD~1..HEAD", "--write", "json=x", "--write", "sarif=x").code == 2
    assert run("diff", "HEAD~1..HEAD", "--write", "x").code == 2


def test_a_key_that_would_be_replaced_is_told(repository: Repository, run: Runner) -> None:
    """What only the key before can decrypt is lost."""
    path = repository.path / "intents/a.yaml"
    path.write_text(path.read_text().replace("us-west-2", "us-east-1"))
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD", "--output", "markdown")
    assert "key-would-be-replaced" in ran.err
    assert "key-would-be-replaced" in ran.out


def test_a_note_on_an_edit_is_told_on_lines_of_its_own(repository: Repository, run: Runner) -> None:
    """What an edit replaces stands in the log and in the comment with its hint, and no spelled-out line end."""
    text = (repository.path / "intents/a.yaml").read_text(encoding="utf-8")
    repository.write("intents/a.yaml", text.replace("key: {alias: a}", "key: {alias: a, spec: RSA_2048, usage: ENCRYPT_DECRYPT}"))
    repository.commit()
    ran = run("diff", "HEAD~1..HEAD", "--output", "markdown")
    assert "\n  hint: " in ran.err
    assert "<br>`` hint: " in ran.out
    assert "\\n" not in ran.err + ran.out

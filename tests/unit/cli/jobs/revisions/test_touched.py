"""`--changed-since REV`: only what differs from a revision is looked at, with whatever extends it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kmsgen.cli.jobs.inputs.policy_files import policy_files
from tests.unit.cli.running import Runner

INTENT = """kmsgen: 1
name: {name}
extends: {base}.yaml
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
"""


def git(*words: str) -> None:
    """Run git in the folder."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a git repository with intents, of which two extend one file and one another."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    for base in ("_one", "_two"):
        runner.write(f"intents/{base}.yaml", "admins: [role/admin]\n")
    for name, base in (("a", "_one"), ("b", "_two"), ("c", "_two")):
        runner.write(f"intents/{name}.yaml", INTENT.format(name=name, base=base))
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "x")
    return runner


def looked_at(run: Runner, *words: str) -> list[str]:
    """Return the names of the intents that are verified."""
    ran = run("verify", "intents", "--changed-since", "HEAD", *words)
    assert ran.code == 0, ran.err
    return [Path(line.split()[-1]).stem for line in ran.out.splitlines()]


def test_only_what_was_touched_is_looked_at(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed file, what extends a changed one, a new one; nothing where nothing differs."""
    assert looked_at(run) == []
    run.write("intents/a.yaml", INTENT.format(name="a", base="_one") + "# changed\n")
    run.write("intents/d ä.yaml", INTENT.format(name="d", base="_one"))
    assert looked_at(run) == ["a", "ä"]
    run.write("intents/_two.yaml", "admins: [role/other]\n")
    assert looked_at(run) == ["a", "b", "c", "ä"]
    ran = run("render", "intents", "--changed-since", "HEAD", "--format", "grants", "--format", "terraform")
    assert (ran.code, sorted(path.name for path in Path("out").iterdir())) == (0, ["a", "b", "c", "d"])
    git("commit", "--quiet", "--all", "--message", "y")
    (run.path / "sub").mkdir()
    monkeypatch.chdir(run.path / "sub")
    ran = run("verify", "../intents", "--changed-since", "HEAD~1")
    assert [Path(line.split()[-1]).stem for line in ran.out.splitlines()] == ["a", "b", "c", "ä"]


def test_output_of_what_went_goes(run: Runner) -> None:
    """Of a file that is gone, and of a name that an intent has no more; that of intents which were not touched stays."""
    words = ("intents", "--format", "json", "--no-lint")
    assert run("render", *words).code == 0
    git("rm", "--quiet", "intents/a.yaml")
    run.write("intents/b.yaml", INTENT.format(name="b-new", base="_two"))
    ran = run("render", *words, "--changed-since", "HEAD")
    assert (ran.code, ran.err.count("intent-gone")) == (0, 2), ran.err
    written = {path.parts[1] for path in Path("out").rglob("*.json")}
    assert written == {"b-new", "c"}
    assert run("render", *words, "--check").code == 0


def linted(run: Runner, *paths: str) -> set[str]:
    """Return the files of which lint has findings."""
    ran = run("lint", *paths, "--changed-since", "HEAD", "--output", "json", "--fail-on", "error")
    assert ran.code == 0, ran.err
    return {Path(one["location"]["path"]).as_posix() for one in json.loads(ran.out)}


def test_lint_looks_at_what_was_touched(run: Runner) -> None:
    """Intents by their bases too, named or in a folder; policies; folders of them; what comes from a pipe always."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
    both = ("intents", "policy.json", "old.json")
    for name in both[1:]:
        run.write(name, policy)
    git("add", ".")
    git("commit", "--quiet", "--message", "y")
    assert linted(run, *both) == set()
    run.write("policy.json", policy | {"Id": "x"})
    run.write("intents/_two.yaml", "admins: [role/admin]\nusers: [{principal: role/x, can: ['kms:CreateGrant']}]\n")
    everything = linted(run, *both)
    assert "policy.json" in everything
    assert any(path.endswith("intents/_two.yaml") for path in everything)
    assert linted(run, "intents/a.yaml", "old.json") == set()
    assert linted(run, "intents/b.yaml") == {path for path in everything if path != "policy.json"}
    ran = run("lint", "-", "--changed-since", "HEAD", "--output", "json", stdin=json.dumps(policy))
    assert json.loads(ran.out)


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "-x", " ", "HEAD:intents", "HEAD\n"])
def test_what_is_no_revision_is_refused(revision: str, run: Runner) -> None:
    """Nothing that a revision is called is an option of git's."""
    ran = run("verify", "intents", f"--changed-since={revision}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("--changed-since: git: ")
    assert not (run.path / "x").exists()


def submodule(run: Runner) -> None:
    """Put the intents of another repository among those of this one."""
    other = run.path / "other"
    run.write("other/s.yaml", INTENT.format(name="s", base="_in"))
    run.write("other/_in.yaml", "admins: [role/admin]\n")
    git("-C", str(other), "init", "--quiet")
    git("-C", str(other), "add", ".")
    git("-C", str(other), "commit", "--quiet", "--message", "x")
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "intents/sub")
    run.write(".gitmodules", Path(".gitmodules").read_text() + "\tignore = all\n")


def ignored(run: Runner) -> None:
    """Make an intent that git is told to ignore."""
    run.write(".gitignore", "other/\nintents/made.yaml\n")
    run.write("intents/made.yaml", INTENT.format(name="made", base="_one"))


def ignored_base(run: Runner) -> None:
    """Let an intent extend what git is told to ignore."""
    run.write(".gitignore", "intents/_made.yaml\n")
    run.write("intents/_made.yaml", "admins: [role/admin]\n")
    run.write("intents/a.yaml", INTENT.format(name="a", base="_made"))


def assumed_unchanged(run: Runner) -> None:
    """Change a file of which git is told to take it for unchanged."""
    git("update-index", "--assume-unchanged", "intents/a.yaml")
    run.write("intents/a.yaml", INTENT.format(name="a", base="_one") + "# changed\n")


def filtered(run: Runner) -> None:
    """Have a filter run over files, by which each is what it was."""
    run.write(".gitattributes", "a.yaml filter=same\n")


def changed_under_a_filter(run: Runner) -> None:
    """Change a file of which the filter hides that, and which would leave a trace where it ran."""
    git("config", "filter.same.clean", "touch ran; git show HEAD:intents/a.yaml")
    run.write("intents/a.yaml", INTENT.format(name="a", base="_one") + "# changed\n")


def linked_folder(run: Runner) -> None:
    """Let an intent extend a file by a folder that is a link."""
    run.write("old/_linked.yaml", "admins: [role/admin]\n")
    run.write("new/_linked.yaml", "admins: [role/other]\n")
    Path("link").symlink_to("old")
    run.write("intents/a.yaml", INTENT.format(name="a", base="../link/_linked"))


def relinked(run: Runner) -> None:
    """Let the link lead to another folder."""
    del run
    Path("link").unlink()
    Path("link").symlink_to("new")


def replaced_by_link(run: Runner) -> None:
    """Let a link stand where a file was, and lead to another one that is as it was."""
    del run
    Path("intents/_one.yaml").unlink()
    Path("intents/_one.yaml").symlink_to("_two.yaml")


def plain_folder(run: Runner) -> None:
    """Let an intent extend a file of a folder, which another one holds too."""
    for folder, who in (("old", "admin"), ("new", "other")):
        run.write(f"{folder}/_base.yaml", f"admins: [role/{who}]\n")
    run.write("intents/a.yaml", INTENT.format(name="a", base="../old/_base"))


def folder_replaced_by_link(run: Runner) -> None:
    """Let a link to the other folder stand where the folder was."""
    del run
    Path("old").rename("away")
    Path("old").symlink_to("new")


def settings(run: Runner) -> None:
    """Write settings."""
    run.write("kmsgen.toml", 'iam = "write"\n')


def no_settings(run: Runner) -> None:
    """Take the settings away."""
    del run
    Path("kmsgen.toml").unlink()


def nothing(run: Runner) -> None:
    """Change nothing."""
    del run


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (submodule, nothing, ["s"]),
        (ignored, nothing, ["made"]),
        (ignored_base, nothing, ["a"]),
        (nothing, assumed_unchanged, ["a"]),
        (filtered, changed_under_a_filter, ["a"]),
        (nothing, replaced_by_link, ["a", "b", "c"]),
        (plain_folder, folder_replaced_by_link, ["a"]),
        (linked_folder, nothing, []),
        (linked_folder, relinked, ["a"]),
        (nothing, settings, ["a", "b", "c"]),
        (settings, nothing, []),
        (settings, no_settings, ["a", "b", "c"]),
    ],
    ids=[
        "submodule", "ignored", "ignored base", "assumed unchanged", "filter", "link for a file", "link for a folder", "link",
        "link that leads elsewhere", "new settings", "settings", "settings that went",
    ],
)  # fmt: skip
def test_what_git_cannot_vouch_for_is_looked_at(
    before: Callable[[Runner], None], after: Callable[[Runner], None], expected: list[str], run: Runner
) -> None:
    """Only what git keeps, and keeps unchanged, with all that it hangs on, is passed over; settings are of every intent."""
    before(run)
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "y")
    after(run)
    assert looked_at(run) == expected
    assert not Path("ran").exists()


NESTED = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "child.json"}}}}


def test_what_stands_beside_is_of_every_file(run: Runner) -> None:
    """A file of IAM policies or grants that options name, or a template that another one names, touches what it stands beside."""
    grant = {"GrantId": "g", "GranteePrincipal": "arn:aws:iam::111122223333:role/x", "Operations": ["Decrypt"]}
    run.write("grants.json", {"Grants": [grant]})
    run.write("policy.json", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]})
    git("add", "--all")
    git("commit", "--quiet", "--message", "y")
    assert touched_files("policy.json") == []
    assert touched_files("policy.json", beside=["grants.json"]) == []
    run.write("grants.json", {"Grants": [grant | {"GrantId": "h"}]})
    assert touched_files("policy.json", beside=["grants.json"]) == ["policy.json"]
    run.write("template.json", NESTED)
    git("add", "--all")
    git("commit", "--quiet", "--message", "z")
    assert touched_files("template.json") == ["template.json"]


def touched_files(path: str, beside: Iterable[str] = ()) -> list[str]:
    """Return which file is looked at."""
    return [one.path for one in policy_files([path], "HEAD", beside)[0]]

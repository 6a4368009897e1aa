"""The hooks of pre-commit, run by pre-commit on a git repository with intents."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.cases import ROOT

INTENT = """kmsgen: 1
name: {name}
extends: base.yaml
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
"""
SETTINGS = 'intents = ["intents"]\nout = "policies"\nformats = ["json"]\njobs = 1\n'
PACKAGE = ("pyproject.toml", "README.md", "LICENSE", "kmsgen", "templates", "presets", "starter")
CONFIG = """repos:
- repo: {repository}
  rev: {revision}
  hooks:
  - {{id: kmsgen-render{language}}}
  - {{id: kmsgen-check{language}}}
  - {{id: kmsgen-lint{language}, args: [--fail-on, error]}}
"""


def git(folder: Path, *words: str) -> str:
    """Run git in a folder; return what it prints."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def repository_of_hooks(folder: Path, *, whole: bool) -> tuple[Path, str]:
    """Make a git repository of the hooks, with all of kmsgen or without; return it with its revision."""
    folder.mkdir()
    for name in (".pre-commit-hooks.yaml", *(PACKAGE if whole else ())):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "x")
    return folder, git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["installed here", "installed by pre-commit"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a git repository with intents and hooks."""
    if request.param and not os.environ.get("KMSGEN_LONG"):
        pytest.skip("takes minutes: KMSGEN_LONG=1")
    hooks, revision = repository_of_hooks(tmp_path / "hooks", whole=request.param)
    language = "" if request.param else ", language: system"
    folder = tmp_path / "repository"
    (folder / "intents").mkdir(parents=True)
    (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(repository=hooks, revision=revision, language=language))
    (folder / "kmsgen.toml").write_text(SETTINGS)
    (folder / "intents" / "base.yaml").write_text("admins: [role/admin]\n")
    for name in "ab":
        (folder / "intents" / f"{name}.yaml").write_text(INTENT.format(name=name))
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


def pre_commit(repository: Path) -> tuple[int, dict[str, str]]:
    """Run the hooks as `git commit` does; return the exit code and what each hook is told to have done."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(repository.parent / "home"), "PRE_COMMIT_COLOR": "never"}
    command = [sys.executable, "-m", "pre_commit", "run"]
    ran = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("kmsgen")]
    return ran.returncode, {line.partition("..")[0]: line.rpartition(".")[2] for line in lines}


PASSED = {"kmsgen render": "Passed", "kmsgen render --check": "Passed", "kmsgen lint": "Passed"}


def test_a_commit_renders_what_its_intents_mean(repository: Path) -> None:
    """A changed base renders each intent that extends it; what was edited by hand is refused."""
    assert pre_commit(repository) == (0, PASSED)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--no-verify", "--message", "x")
    (repository / "intents" / "base.yaml").write_text("admins: [role/other]\n")
    git(repository, "add", ".")
    code, told = pre_commit(repository)
    assert (code, told) == (1, {**PASSED, "kmsgen render": "Failed"})  # pre-commit fails a hook that changes files
    changed = git(repository, "diff", "--name-only").split()
    assert {name.split("/")[1] for name in changed} == {"a", "b"}
    if not os.environ.get("KMSGEN_LONG"):
        return
    git(repository, "add", ".")
    edited = repository / "policies" / "a" / "json" / "key-policy.json"
    edited.write_text(edited.read_text().replace("role/other", "role/mallory"))
    git(repository, "add", ".")
    assert pre_commit(repository)[1]["kmsgen render --check"] == "Failed"


def test_what_goes_and_what_is_no_yaml_counts_too(repository: Path) -> None:
    """pre-commit tells no hook of files that go: what is rendered goes with its intent; a base may be JSON."""
    (repository / "intents" / "base.yaml").rename(repository / "intents" / "_base.json")
    (repository / "intents" / "_base.json").write_text('{"admins": ["role/admin"]}')
    for name in "ab":
        (repository / "intents" / f"{name}.yaml").write_text(INTENT.format(name=name).replace("base.yaml", "_base.json"))
    git(repository, "add", ".")
    assert pre_commit(repository)[0] == 0
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--no-verify", "--message", "x")
    (repository / "intents" / "_base.json").write_text('{"admins": ["role/other"]}')
    git(repository, "add", ".")
    assert pre_commit(repository)[1]["kmsgen render"] == "Failed"
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--no-verify", "--message", "x")
    git(repository, "rm", "--quiet", "intents/b.yaml")
    assert pre_commit(repository)[1]["kmsgen render"] == "Failed"
    assert list((repository / "policies" / "b").rglob("*.json")) == []

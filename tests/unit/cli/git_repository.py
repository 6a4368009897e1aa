"""A git repository with intents, and what a test does to it."""

from __future__ import annotations

import subprocess
from pathlib import Path

INTENT = """kmsgen: 1
name: {name}
extends: {base}
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
users:
  - {{principal: role/app, can: [{can}]}}
"""
SETTINGS = 'intents = ["intents"]\njobs = 1\n'


class Repository:
    """A git repository in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *words: str) -> str:
        """Run git in the folder, as a user who is nobody; return what it prints."""
        who = (
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.com",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "protocol.file.allow=always",
        )
        return subprocess.run(["git", *who, *words], cwd=self.path, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def intent(self, name: str, can: str = "decrypt", *, path: str = "", base: str = "_base.yaml") -> None:
        """Write an intent."""
        self.write(path or f"intents/{name}.yaml", INTENT.format(name=name, can=can, base=base))

    def commit(self) -> str:
        """Commit all that there is; return the id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")
        return self.git("rev-parse", "HEAD")


def repository_with_intents(path: Path) -> Repository:
    """Make a repository whose first commit has three intents, two of one base, and settings."""
    made = Repository(path)
    made.write("kmsgen.toml", SETTINGS)
    made.write("intents/_base.yaml", "admins: [role/admin]\n")
    made.write("intents/_other.yaml", "admins: [role/admin]\n")
    for name, base in (("a", "_base.yaml"), ("b", "_base.yaml"), ("c", "_other.yaml")):
        made.intent(name, base=base)
    made.commit()
    return made

"""What git knows of a working tree: the files that differ from a revision. Git is asked for names alone and runs nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from kmsgen.errors import Location, input_error

_OPTION = Location("--changed-since")
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.pager=cat")


def changed_since(revision: str) -> frozenset[Path]:
    """Return the files that differ from a revision, that are new and not ignored, and that are gone. Raises InputError."""
    top = Path(_git("rev-parse", "--show-toplevel").removesuffix("\n"))
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    differing = _git("diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", commit, "--", at=top)
    new = _git("ls-files", "--others", "--exclude-standard", "-z", at=top)
    return frozenset((top / name).resolve() for name in f"{differing}{new}".split("\0") if name)


def _git(*words: str, at: Path | None = None) -> str:
    """Return what git prints. Raises InputError where it cannot be run, or fails."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command, nothing = ["git", *_QUIET, *words], subprocess.DEVNULL
    try:  # no shell, and every word but the revision is written here
        done = subprocess.run(command, cwd=at, env=environment, stdin=nothing, capture_output=True, check=False)  # noqa: S603
    except OSError:
        raise input_error(_OPTION, "no-git", "git cannot be run", "install it, or leave out `--changed-since`") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip().splitlines() or ["there is no such revision"])[0]
        hint = "name a commit, a branch or a tag of the repository that the command runs in"
        raise input_error(_OPTION, "git", said.removeprefix("fatal: "), hint)
    return os.fsdecode(done.stdout)

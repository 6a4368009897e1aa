"""Terraform on this machine, with the AWS provider from a folder where there is one, else downloaded as usual."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

MIRROR_VARIABLE = "KMSGEN_TERRAFORM_MIRROR"
LIMIT_SECONDS = 300
OPT_OUT = "KMSGEN_WITHOUT_TERRAFORM"
PROVIDER = Path("registry.terraform.io/hashicorp/aws")
# Terraform's own implied mirrors on Unix, then where administrators put one.
IMPLIED = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)
SEARCHED = ("/opt", "/usr/local", "/srv", "/var/lib")
CONFIGURATION = """disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""


@dataclass(frozen=True)
class Terraform:
    """The terraform program and the environment that it runs in."""

    program: str
    environment: Mapping[str, str]

    def run(self, folder: Path, *arguments: str, text: str | None = None) -> str:
        """Run a command in a folder and return what it printed; a failure fails the test with all that was printed."""
        done = subprocess.run(
            [self.program, *arguments],
            cwd=folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            input=text,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"terraform {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def destroy(self, folder: Path, *arguments: str) -> None:
        """Destroy what a folder of rendered modules made, its keys included, which they hold against it."""
        for module in folder.rglob("*.tf"):
            if ".terraform" not in module.parts:
                module.write_text(module.read_text(encoding="utf-8").replace("prevent_destroy = true", ""), encoding="utf-8")
        self.run(folder, "destroy", "-auto-approve", "-no-color", *arguments)


def terraform(environment: Mapping[str, str], scratch: Path) -> Terraform:
    """Return Terraform, set up; without it the test fails, unless somebody said in so many words that it is to be left out."""
    program = shutil.which("terraform")
    if program is None:
        if os.environ.get(OPT_OUT) and not os.environ.get("CI"):
            pytest.skip(f"no terraform on this machine, and {OPT_OUT} is set")
        pytest.fail(f"no terraform on this machine; install it, or set {OPT_OUT}=1 to go without where CI is not set")
    own = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1", "GOGC": "400"}
    mirror = next(_mirrors(), None)
    if mirror is not None:
        configuration = scratch / "terraform.tfrc"
        configuration.write_text(CONFIGURATION.format(mirror=mirror))
        own["TF_CLI_CONFIG_FILE"] = str(configuration)
    return Terraform(program, {**environment, **own})


def _mirrors() -> Iterator[Path]:
    """Yield folders that hold the AWS provider as a filesystem mirror does."""
    named = [os.environ[MIRROR_VARIABLE]] if MIRROR_VARIABLE in os.environ else []
    for folder in (*named, *IMPLIED):
        if (Path(folder).expanduser() / PROVIDER).is_dir():
            yield Path(folder).expanduser()
    for root in SEARCHED:
        for folder in (Path(root), *_subfolders(Path(root), 2)):
            if (folder / PROVIDER).is_dir():
                yield folder


def _subfolders(folder: Path, depth: int) -> Iterator[Path]:
    try:
        found = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
    except OSError:
        return
    for entry in sorted(found):
        yield entry
        if depth > 1:
            yield from _subfolders(entry, depth - 1)

"""What `kmsgen init` does."""

from __future__ import annotations

from kmsgen.cli.console import say
from kmsgen.cli.output_file import write_new
from kmsgen.resources import shipped


def run(path: str) -> None:
    """Write a commented intent. Raises InputError where the file exists or cannot be written."""
    write_new(path, (shipped("starter") / "intent.yaml").read_text(encoding="utf-8"))
    say(f"wrote {path}; next: kmsgen render {path}")

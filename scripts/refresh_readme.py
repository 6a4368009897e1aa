"""Put into README.md what its commands print: `python scripts/refresh_readme.py`; `--check` only tells whether it is stale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
EXAMPLE = "examples/payments/intent.yaml"


def _kmsgen(*arguments: str) -> str:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "130"}
    command = [sys.executable, "-m", "kmsgen", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def _matrix() -> str:
    rows = json.loads(_kmsgen("matrix", EXAMPLE, "--output", "json"))
    lines = ["| principal | may | when |", "|---|---|---|"]
    for row in rows:
        actions = ", ".join(action.removeprefix("kms:") for action in row["actions"])
        lines.append(f"| {row['principal']} | {actions} | {'; '.join(row['conditions']) or 'always'} |")
    return "\n".join(lines)


def _files() -> str:
    with tempfile.TemporaryDirectory() as folder:
        _kmsgen("render", EXAMPLE, "--out", folder, "--no-lint")
        root = Path(folder) / "payments-data"
        names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
        return "\n".join(("```text", *names, "```"))


def refreshed(text: str) -> str:
    """Return the README with each marked block as the commands print it now."""
    for name, content in {"matrix": _matrix(), "files": _files()}.items():
        head, start, rest = text.partition(f"<!-- {name} -->")
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        text = f"{head}{start}\n{content}\n{end}{tail}"
    return text


def main() -> int:
    """Rewrite the README; with `--check` return 1 where it is stale."""
    old = README.read_text(encoding="utf-8")
    new = refreshed(old)
    if "--check" in sys.argv[1:]:
        return int(old != new)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

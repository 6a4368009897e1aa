"""Put into README.md what its commands print: `python scripts/refresh_readme.py`; `--check` only tells whether it is stale."""

from __future__ import annotations

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


def _files() -> str:
    with tempfile.TemporaryDirectory() as folder:
        _kmsgen("render", EXAMPLE, "--out", folder, "--no-lint")
        root = Path(folder) / "payments-data"
        return "\n".join(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))


def refreshed(text: str) -> str:
    """Return the README with each marked block as the commands print it now."""
    for name, content in {"matrix": _kmsgen("matrix", EXAMPLE), "files": _files()}.items():
        head, start, rest = text.partition(f"<!-- {name} -->")
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        text = f"{head}{start}\n```text\n{content.strip()}\n```\n{end}{tail}"
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

"""`kmsgen init`: a commented intent to start from."""

from pathlib import Path
from typing import Annotated

import typer

from kmsgen.cli.console import say
from kmsgen.errors import InputError, Location, input_error
from kmsgen.resources import shipped

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen init payments.yaml")
def init(path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")] = Path("intent.yaml")) -> None:
    """Write a commented intent. A file that exists is never overwritten.

    Exit codes: 0 written, 2 the file exists or cannot be written.
    """
    text = (shipped("starter") / "intent.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from None
    say(f"wrote {path}; next: kmsgen render {path}")


def _refusal(path: Path, error: Exception) -> InputError:
    place = Location(str(path))
    if isinstance(error, FileExistsError):
        return input_error(place, "file-exists", "the file exists, and is not overwritten", "name another file")
    reason = getattr(error, "strerror", None) or "not a usable path"
    return input_error(place, "unwritable", f"the file cannot be written: {reason.lower()}")

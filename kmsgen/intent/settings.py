"""`kmsgen.toml` at the root of a repository of intents: where they are and what commands do with them, said once.

The file is the repository's, which may be anybody's: its paths stay within its folder, and it is looked for in the folder that a
command runs in and, within a git repository, in those above it up to its root.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.reading import read_text

if TYPE_CHECKING:
    from pydantic import ValidationError

NAME = "kmsgen.toml"
MAX_BYTES = 64 * 1024
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


class Settings(NamedTuple):
    """What the file says; None, or nothing, where it leaves that to the commands. Paths are relative to where a command runs."""

    intents: tuple[str, ...] = ()
    out: str | None = None
    formats: tuple[str, ...] = ()
    jobs: int | None = None
    fail_on_lint: str | None = None
    fail_on_diff: str | None = None


def find_settings() -> Settings:
    """Read the settings that hold here. Raises InputError with everything that is wrong with the file."""
    path = next((folder / NAME for folder in _folders(Path.cwd()) if (folder / NAME).is_file()), None)
    return Settings() if path is None else _read(path)


def _folders(here: Path) -> list[Path]:
    above = [here, *here.parents]
    root = next((number for number, folder in enumerate(above) if (folder / ".git").exists()), 0)
    return above[: root + 1]


def _read(path: Path) -> Settings:
    import tomllib  # noqa: PLC0415 - only where there is such a file

    from pydantic import ValidationError  # noqa: PLC0415 - as above

    from kmsgen.intent.form.settings import SettingsFile  # noqa: PLC0415 - as above

    shown, text = os.path.relpath(path), read_text(path, MAX_BYTES)
    try:
        file = SettingsFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(shown, str(error)) from None
    except RecursionError:
        raise input_error(Location(shown), "toml-syntax", "nested too deep") from None
    except ValidationError as error:
        raise InputError(_problems(shown, text, error)) from None
    within = _Within(path.parent, shown, text)
    intents = tuple(within.path(("intents",), one) for one in file.intents or ())
    out = None if file.out is None else within.path(("out",), file.out)
    return Settings(intents, out, tuple(file.formats or ()), file.jobs, file.fail_on.lint, file.fail_on.diff)


def _not_toml(shown: str, message: str) -> InputError:
    place = _PLACE.search(message)
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (0, 0)
    reason = _PLACE.sub("", message)
    return input_error(Location(shown, line, column), "toml-syntax", f"{reason[:1].lower()}{reason[1:]}")


def _problems(shown: str, text: str, error: ValidationError) -> list[Diagnostic]:
    found = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        steps = tuple(str(step) for step in one["loc"] if isinstance(step, str))
        unknown = one["type"] == "extra_forbidden"
        message = "there is no such setting" if unknown else f"{one['msg'][:1].lower()}{one['msg'][1:]}"
        found.append(
            Diagnostic(
                _place(shown, text, steps), "unknown-setting" if unknown else "bad-setting", f"`{'.'.join(steps)}`: {message}"
            )
        )
    return found


def _place(shown: str, text: str, steps: tuple[str, ...]) -> Location:
    """Return the line of a setting, which starts with the last step of its name."""
    starts = re.compile(rf"\s*\[?\s*[\"']?{re.escape(steps[-1])}[\"']?\s*[=.\]]") if steps else re.compile(r"(?!)")
    line = next((number for number, one in enumerate(text.splitlines(), 1) if starts.match(one)), 0)
    return Location(shown, line, 1 if line else 0)


class _Within(NamedTuple):
    """Reads paths that stay within the folder of the file."""

    folder: Path
    shown: str
    text: str

    def path(self, steps: tuple[str, ...], given: str) -> str:
        """Return a path, relative to where the command runs. Raises InputError for one that leads out of the folder."""
        target = (self.folder / given).resolve() if given and "\0" not in given else Path("/")
        if not target.is_relative_to(self.folder.resolve()):
            place = _place(self.shown, self.text, steps)
            raise input_error(
                place, "bad-setting", f"`{given}` is not a path within the folder of {NAME}", "name it by an option"
            )
        return os.path.relpath(self.folder / given)

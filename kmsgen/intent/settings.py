"""`kmsgen.toml` at the root of a repository of intents: where they are and what commands do with them, said once.

The file is the repository's, which may be anybody's: its paths stay within its folder, and it is looked for in the folder that a
command runs in and, within a git repository, in those above it up to its root.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.intent.files.store import DISK, Store
from kmsgen.intent.files.suggestion import one_of

if TYPE_CHECKING:
    from pydantic import ValidationError

    from kmsgen.intent.form.settings import SettingsFile
    from kmsgen.reading import Source, Steps

NAME = "kmsgen.toml"
MAX_BYTES = 64 * 1024


class AskedOfAll(NamedTuple):
    """A question that the file asks of whatever is looked at: `never.NAME` of one principal, or `only.NAME`."""

    name: str
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    place: Location

    @property
    def is_never(self) -> bool:
        """Whether this must be impossible for the principal; else it must be for everybody but the principals."""
        return self.name.startswith("never.")


class Settings(NamedTuple):
    """What the file says; None, or nothing, where it leaves that to the commands. Paths are relative to where a command runs."""

    intents: tuple[str, ...] = ()
    out: str | None = None
    formats: tuple[str, ...] = ()
    jobs: int | None = None
    iam: str | None = None
    merge_iam: bool | None = None
    managed_policies: int | None = None
    fail_on_lint: str | None = None
    fail_on_diff: str | None = None
    never: tuple[AskedOfAll, ...] = ()
    only: tuple[AskedOfAll, ...] = ()


def find_settings() -> Settings:
    """Read the settings that hold here. Raises InputError with everything that is wrong with the file."""
    path = next(filter(os.path.lexists, places_of_settings()), None)
    if path is None:
        return Settings()
    if not path.is_file():
        message = "the settings of a repository are a file, and something else stands here"
        raise input_error(Location(os.path.relpath(path)), "bad-setting", message, "remove it, or what it leads to is missing")
    found = read_settings(os.path.relpath(path))
    out = None if found.out is None else os.path.relpath(found.out)
    return found._replace(intents=tuple(map(os.path.relpath, found.intents)), out=out)


def places_of_settings() -> list[Path]:
    """Return where the settings that hold here may be, whether they are there or not, the nearest first."""
    return [folder / NAME for folder in _folders(Path.cwd())]


def _folders(here: Path) -> list[Path]:
    above = [here, *here.parents]
    root = next((number for number, folder in enumerate(above) if (folder / ".git").exists()), 0)
    return above[: root + 1]


def read_settings(path: str, store: Store = DISK) -> Settings:
    """Read the settings of a file; its paths are those of the store. Raises InputError with everything that is wrong with it."""
    from pydantic import ValidationError  # noqa: PLC0415 - only where there is such a file

    from kmsgen.intent.form.settings import SettingsFile  # noqa: PLC0415 - as above
    from kmsgen.reading.toml_text import parse_toml  # noqa: PLC0415 - as above

    source = parse_toml(store.text(path, MAX_BYTES), path)
    try:
        file = SettingsFile.model_validate(source.data)
    except ValidationError as error:
        raise InputError(_problems(source, error)) from None
    if file.merge_iam and not file.intents:
        hint = "only a run of all of them may write what they have in IAM together"
        message = "`merge-iam` needs `intents`, which names all intents"
        raise input_error(source.where_key(("merge-iam",)), "bad-setting", message, hint)
    within = _Within(store, source)
    intents = tuple(within.path(("intents",), one) for one in file.intents or ())
    out = None if file.out is None else within.path(("out",), file.out)
    asked = (tuple(_never(file, source)), tuple(_only(file, source)))
    iam = (file.iam, file.merge_iam, file.managed_policies)
    said = (tuple(file.formats or ()), file.jobs, *iam, file.fail_on.lint, file.fail_on.diff)
    return Settings(intents, out, *said, *asked)


def _never(file: SettingsFile, source: Source) -> Iterator[AskedOfAll]:
    for name, one in file.never.items():
        place = source.where_key(("never", name))
        yield AskedOfAll(f"never.{name}", (one.principal,), tuple(one.actions), place)


def _only(file: SettingsFile, source: Source) -> Iterator[AskedOfAll]:
    for name, one in file.only.items():
        place = source.where_key(("only", name))
        yield AskedOfAll(f"only.{name}", tuple(one.principals), tuple(one.actions), place)


_MESSAGES = {
    "extra_forbidden": "there is no such setting",
    "model_type": "input should be a table",
    "dict_type": "input should be a table",
}


def _problems(source: Source, error: ValidationError) -> list[Diagnostic]:
    found = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        steps: Steps = tuple(step for step in one["loc"] if isinstance(step, str) and step != "[key]")
        unknown = one["type"] == "extra_forbidden"
        message = _MESSAGES.get(one["type"]) or f"{one['msg'][:1].lower()}{one['msg'][1:]}"
        said = f"`{'.'.join(map(str, steps))}`: {message}"
        hint = one_of(str(steps[-1]), _known(steps)) if unknown else ""
        found.append(Diagnostic(source.where_key(steps), "unknown-setting" if unknown else "bad-setting", said, hint))
    return found


def _known(steps: Steps) -> tuple[str, ...]:
    """Return the settings that the table of a setting takes, as they are written."""
    from kmsgen.intent.form.settings import TABLES, SettingsFile  # noqa: PLC0415 - as above

    table = TABLES.get(str(steps[0]), SettingsFile) if len(steps) > 1 else SettingsFile
    return tuple(field.alias or name for name, field in table.model_fields.items())


class _Within(NamedTuple):
    """Reads paths that stay within the folder of the file."""

    store: Store
    source: Source

    def path(self, steps: Steps, given: str) -> str:
        """Return a path as the store has it. Raises InputError for one that leads out of the folder of the file."""
        found = self.store.beside(self.source.path, given) if given and "\0" not in given else ""
        folder = self.store.identity(self.store.beside(self.source.path, "."))
        if not found or not self.store.identity(found).is_relative_to(folder):
            message, place = f"`{given}` is not a path within the folder of {NAME}", self.source.where_key(steps)
            raise input_error(place, "bad-setting", message, "name it by an option")
        return found

"""Files that hold policies, in files and folders: of a folder its intents, but for folders that are one file to kmsgen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.jobs.revisions.touched import touched
from kmsgen.errors import Diagnostic, InputError, KmsgenError
from kmsgen.intent.files.extend import read_tree
from kmsgen.intent.files.find import find_intents
from kmsgen.intent.settings import places_of_settings
from kmsgen.reading import read_text
from kmsgen.sources.folders import is_rendered_folder, may_hold_answers

OTHER_TEMPLATES = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application", "Fn::ForEach")
"""What leads from a template to another one beside it; a loop may spell out any of the types."""

_READ = (".json", ".yaml", ".yml", ".tf")
"""How files end that are read of a folder that is one."""


class PolicyFile(NamedTuple):
    """A file, or a folder that is one, with the files that it extends where it is an intent."""

    path: str
    bases: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[str | Path, ...]:
        """The files that what it says is made of, as far as that is known."""
        return (self.path, *self.bases)


def policy_files(
    paths: Iterable[str], since: str | None = None, beside: Iterable[str] = (), *, extended: bool = False
) -> tuple[list[PolicyFile], list[KmsgenError]]:
    """Return the files, each once, and what is wrong with those that cannot be read; with `since`, a revision, those touched.

    `beside` are files that what each of them means hangs on too. `extended`: those that a file extends matter, as they do with
    `since`; else it is not read for them. Raises InputError for no revision.
    """
    looks = extended or since is not None
    files: list[PolicyFile] = []
    problems: list[Diagnostic] = []
    for path in dict.fromkeys(paths):
        if is_one(path):
            files.append(PolicyFile(path, _bases(path) if looks else ()))
        else:
            files += find_intents([path], lambda file, _, bases: PolicyFile(str(file), bases), problems)
    met: dict[object, PolicyFile] = {}
    for one in files:
        met.setdefault(one.path if one.path == "-" else Path(one.path).absolute(), one)
    once = list(met.values())
    found = once if since is None else touched(once, since, beside, _names_templates)
    return found, [InputError(dict.fromkeys(problems))] if problems else []


def files_read(paths: Iterable[str], beside: Iterable[str] = ()) -> Iterator[str | Path]:
    """Yield every file that paths lead to, with those that it extends, those beside it, and kmsgen.toml."""
    yield from beside
    yield from places_of_settings()
    for one in policy_files(paths, extended=True)[0]:
        yield from one.files
        if Path(one.path).is_dir():
            yield from (Path(here, name) for here, _, names in os.walk(one.path) for name in names if name.endswith(_READ))


def _bases(path: str) -> tuple[Path, ...]:
    """Return what a file extends; nothing of one that cannot be read again."""
    if path == "-" or not Path(path).is_file():
        return ()
    try:
        return read_tree(path)[1] if "extends" in read_text(path) else ()
    except (InputError, OSError):
        return ()  # whoever reads it next says what is wrong


def _names_templates(one: PolicyFile) -> bool:
    """Return whether a file may be a template whose meaning hangs on others too."""
    try:
        text = read_text(one.path) if Path(one.path).is_file() else ""
    except (InputError, OSError):
        return False  # as above
    return any(name in text for name in OTHER_TEMPLATES)


def is_one(path: str) -> bool:
    """Return whether a path is that of one file, or of a folder that `render` or the AWS CLI wrote."""
    return path == "-" or not Path(path).is_dir() or is_rendered_folder(path) or _is_folder_of_answers(path)


def _is_folder_of_answers(path: str) -> bool:
    if not may_hold_answers(path):
        return False
    from kmsgen.sources.aws_output.answers import folder_of_answers  # noqa: PLC0415 - a folder of intents holds nothing of that name

    return folder_of_answers(path) is not None


def is_ordinary(file: PolicyFile) -> bool:
    """Return whether any process can read a file: a pipe or standard input is read but once, by the process that has it."""
    return file.path != "-" and (Path(file.path).is_file() or Path(file.path).is_dir())

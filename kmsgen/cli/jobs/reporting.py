"""Where a report goes: one form of it to stdout, others to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.jobs.inputs.option_values import named_values
from kmsgen.cli.output_file import refuse_inputs, write_all
from kmsgen.errors import Location, input_error


class WantedReports(NamedTuple):
    """The form that is printed, and files with the form that each holds."""

    output: str
    files: tuple[tuple[str, str], ...] = ()

    def refuse_inputs(self, read: Callable[[], Iterable[str | Path]]) -> None:
        """Refuse files that the command reads too. Raises InputError."""
        refuse_inputs((path for _, path in self.files), read)

    def give(self, report: Callable[[str], Iterable[str]], show: Callable[[Iterable[str]], None]) -> None:
        """Write the files, in the pieces in which each form comes, then print. Raises InputError as `write_all` does."""
        write_all((path, report(form)) for form, path in self.files)
        show(report(self.output))


def wanted(output: str, writes: Iterable[str], forms: Iterable[str]) -> WantedReports:
    """Return what `--output` and `--write FORM=FILE` ask for. Raises InputError for a form that there is not."""
    files = named_values(writes, "--write")
    known = tuple(map(str, forms))
    if len({os.path.realpath(path) for _, path in files}) < len(files):
        raise input_error(Location("--write"), "usage", "a file is named twice", "give each form a file of its own")
    for form, path in files:
        if form not in known or not path:
            message = f"`{form}={path}` is no FORM=FILE"
            raise input_error(Location("--write"), "usage", message, f"FORM is one of {', '.join(known)}")
    return WantedReports(output, tuple(files))

"""Whether findings on a file last: until the file, or one that it is known to extend, is another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kmsgen.cli.jobs.inputs.policy_files import OTHER_TEMPLATES, PolicyFile
from kmsgen.sources.subject import ANSWERS, FOLDER, INTENT, TEMPLATE, Identified, Subject

_TIMES = ("currenttime", "epochtime")
"""The condition keys by which an answer of today may not be that of tomorrow: aws:CurrentTime and aws:EpochTime."""


def lasts(file: PolicyFile, identified: Identified, subject: Subject) -> bool:
    """Return whether what a file means hangs on its text, and that of its bases, alone."""
    return not _reads_more(file, identified) and not any(time in repr(subject.described).lower() for time in _TIMES)


def _reads_more(file: PolicyFile, identified: Identified) -> bool:
    """Return whether other files than those known to be extended may be read with a file."""
    if identified.form is INTENT:
        return not file.bases and "extends" in identified.source.data
    if identified.form is TEMPLATE:
        return any(name in text for text in _texts(identified.source.data) for name in OTHER_TEMPLATES)
    return identified.form in (FOLDER, ANSWERS)


def _texts(data: Any) -> Iterator[str]:  # noqa: ANN401 - plain data
    """Yield every text in plain data, names too."""
    pending = [data]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            pending += (*one.keys(), *one.values())
        elif isinstance(one, list):
            pending += one
        elif isinstance(one, str):
            yield one

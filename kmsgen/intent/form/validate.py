"""A file's content to the models: every problem of its form is reported, and what can still be read goes on."""

from __future__ import annotations

from pydantic import ValidationError

from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.tree import Tree, without
from kmsgen.intent.form.messages import report
from kmsgen.intent.form.model import IntentFile, PartialIntentFile
from kmsgen.intent.intent import LINES
from kmsgen.reading import Steps


def validate(tree: Tree, problems: Problems) -> tuple[PartialIntentFile, Tree]:
    """Return the models of an intent with the tree that they were made from; reports every problem of its form.

    A sound file is an `IntentFile` of this tree. Of another what is wrong is left out, so that what the rest of it means can be
    checked in the same run; the tree returned is that rest, and knows the places. Raises InputError if it is no mapping.
    """
    try:
        return IntentFile.model_validate(tree.data), tree
    except ValidationError as error:
        findings = error.errors(include_url=False)
    for finding in findings:
        report(finding, problems)
    if not isinstance(tree.data, dict):
        problems.raise_any()
    return _readable(without(tree, frozenset(finding["loc"] for finding in findings)))


def _readable(rest: Tree) -> tuple[PartialIntentFile, Tree]:
    """Return the models of what is left; a part that cannot be read without what went goes too."""
    try:
        return PartialIntentFile.model_validate(rest.data), rest
    except ValidationError as error:
        findings = error.errors(include_url=False, include_context=False, include_input=False)
    return _readable(without(rest, frozenset(_part(finding["loc"]) for finding in findings)))


def _part(loc: Steps) -> Steps:
    """Return the part of the file that holds a value: one line of a list of lines, or a field."""
    return loc[:2] if loc[0] in LINES else loc[:1]

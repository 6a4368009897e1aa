"""Files of another form where an intent is wanted: what they are, and which commands take them."""

from __future__ import annotations

from pathlib import Path

from kmsgen.errors import Diagnostic, KmsgenError, Location
from kmsgen.sources.subject import ANSWERS, FOLDER, IAM_POLICY, INTENT, SCENARIO, identify, identify_text

_COMMANDS = "`lint`, `matrix`, `prove` and `diff` take it, `kmsgen import` makes an intent of it"
_HINTS = {
    SCENARIO.name: "`simulate` and `explain` answer it",
    IAM_POLICY.name: "`lint` takes it, and `--identity-policy` puts it beside a key policy",
    FOLDER.name: "name the intents that it was rendered from",
}
_OF_FOLDERS = (FOLDER, ANSWERS)


def as_other_form(path: str, text: str | None = None) -> Diagnostic | None:
    """Return that a file or folder is no intent, by the name of its form; None of an intent, and of what has no form.

    Of a pipe, which was read, the text is given.
    """
    try:
        form = (identify(path) if text is None else identify_text(path, text)).form
    except KmsgenError:
        return None
    if form is INTENT or (Path(path).is_dir() and form not in _OF_FOLDERS):
        return None
    hint = _HINTS.get(form.name, _COMMANDS)
    return Diagnostic(Location(path), "not-an-intent", f"this is {form.name}, and an intent is wanted here", hint)

"""Notes on what a line of `services` leaves of what its page asks for, and to which lines of the file they look."""

from __future__ import annotations

from pathlib import Path

from kmsgen.compiler import compile_intent
from kmsgen.errors import Diagnostic
from kmsgen.intent import load_intent

BUCKET, OBJECTS = "arn:aws:s3:::b", "arn:aws:s3:::b/*"
TRAIL = 'service: cloudtrail, resources: ["arn:aws:cloudtrail:us-west-2:111122223333:trail/t"]'
HEAD = 'kmsgen: 1\nname: a\nscope: {account: "111122223333", regions: [us-west-2]}\nkey: {alias: a}\nadmins: [role/boss]\n'


def notes(lines: str, tmp_path: Path) -> list[Diagnostic]:
    """Return the notes on lines of `services`, the first of which is line 7."""
    (tmp_path / "intent.yaml").write_text(f"{HEAD}services:\n{lines}")
    found = compile_intent(load_intent(str(tmp_path / "intent.yaml"))).notes
    return [one for one in found if one.code.startswith("service-")]


def codes(lines: str, tmp_path: Path) -> list[tuple[str, int]]:
    """Return codes and lines of the notes."""
    return [(one.code, one.location.line) for one in notes(lines, tmp_path)]


def test_who_else_uses_a_service_is_told_once_and_of_no_file_that_names_them(tmp_path: Path) -> None:
    """One line names the service, another those who use the key for it; of two lines without them the first is told."""
    assert codes("  - glue\n  - {service: glue, principals: {glue-role: role/g}}\n", tmp_path) == []
    assert [one for one in codes("  - glue\n  - {service: glue, can: [encrypt]}\n", tmp_path) if one[0] == "service-callers"] == [
        ("service-callers", 7)
    ]


def test_what_is_needed_in_some_cases_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    """Such a line leaves nothing out where another one has the rest."""
    assert codes(f"  - {{{TRAIL}}}\n  - {{{TRAIL}, can: decrypt}}\n", tmp_path) == [("service-callers", 7)]


def test_a_bucket_is_named_as_it_is_to_be_written(tmp_path: Path) -> None:
    """The hint has the whole ARN of what is lacking."""
    found = notes(f'  - {{service: s3, resources: ["{BUCKET}"], principals: {{reader: role/app}}}}\n', tmp_path)
    (told,) = (one for one in found if one.code == "service-one-mode")
    assert told.hint.startswith(f"name {OBJECTS} too")

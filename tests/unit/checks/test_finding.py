"""What a check has to say."""

from __future__ import annotations

from kmsgen.checks.finding import ERROR, SEVERITIES, Finding
from kmsgen.errors import Location

PLACE = Location("intent.yaml", 7, 5)


def test_the_gravest_severity_is_the_first() -> None:
    """`--fail-on` counts what stands before or at the severity that it names."""
    assert SEVERITIES == ("error", "warning", "note")


def test_a_diagnostic_names_what_is_responsible_and_where_that_comes_from() -> None:
    """The labels of statements, then the lines of the intent that they serve."""
    found = Finding("never", ERROR, "role/app can decrypt", PLACE)
    assert str(found.diagnostic) == "intent.yaml:7:5: never: role/app can decrypt"
    responsible = found._replace(statements=("key-policy/Use", "grant/g"), hint="leave it out")
    assert responsible.diagnostic.message == "role/app can decrypt (`key-policy/Use`, `grant/g`)"
    traced = responsible._replace(origins=(Location("base.yaml", 3, 1),))
    assert traced.diagnostic.message == "role/app can decrypt (`key-policy/Use`, `grant/g`, from base.yaml:3:1)"
    assert traced.diagnostic.hint == "leave it out"

"""Markdown that fits a comment, whatever there is to say."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.cli.reports.accesses import ChangedAccess, Compared, DiffReport
from kmsgen.cli.reports.differences import markdown
from kmsgen.cli.reports.markdown import LIMIT, bounded, cell
from kmsgen.errors import Location


def gained(*actions: str, danger: int = 1, principals: tuple[str, ...] = ("role/x",)) -> ChangedAccess:
    """Return an access."""
    place = Location("a.yaml", 1, 1)
    return ChangedAccess(
        gained=True, principals=principals, actions=actions, conditions=(), reason=(), such_as="a call", witness={},
        place=place, danger=danger,
    )  # fmt: skip


def test_what_does_not_fit_is_counted() -> None:
    """Sections come in full, then in short, then not at all; those that come last are left out."""
    sections = [lambda short: "short" if short else "x" * 400] * 10
    text = bounded("head", sections, "keys are", limit=1500)
    assert text.count("x" * 400) == 3
    assert text.count("short") == 7
    assert "more keys" not in text
    assert len(text.encode()) <= 1500
    assert "**8 more keys are not shown here:**" in bounded("head", [lambda _: "x" * 400] * 10, "keys are", limit=1100)


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f511", "`", "|", "<b>"])
def test_a_comment_is_never_too_long(letter: str) -> None:
    """Neither many keys, nor many kinds of access, nor long names pass what a comment takes."""
    accesses = tuple(gained(*[letter * 500] * 60, principals=(letter * 999,) * 70) for _ in range(30))
    compared = tuple(Compared(f"{letter}{number}", "a.yaml", accesses, change="changed") for number in range(200))
    text = markdown(DiffReport(compared, "old", "new", errors=(letter * 5000,) * 100, reason=letter * 5000))
    assert len(text.encode()) <= LIMIT
    assert "more keys are not shown here" in text or "kinds of access gained" in text


def test_the_most_dangerous_comes_first() -> None:
    """What a reader must see is not what is cut off: access gained before access lost, by its harm."""
    lost = gained("kms:PutKeyPolicy", danger=9)._replace(gained=False)
    compared = (
        Compared("lost", "a", (lost,), change="removed"),
        Compared("harmless", "b", (gained("kms:DescribeKey", danger=0),), change="changed"),
        Compared("dangerous", "c", (lost, gained("kms:PutKeyPolicy", danger=9)), change="changed"),
    )
    titles = [line for line in markdown(DiffReport(compared, "old", "new")).splitlines() if line.startswith("###")]
    assert titles == ["### `dangerous`: changed", "### `harmless`: changed", "### `lost`: removed"]


def test_no_action_of_a_cell_is_left_out() -> None:
    """As many as KMS has stand in it, so that the one that matters is not behind a number."""
    assert all(f"`{action}`" in cell(tuple(ACTIONS)) for action in ACTIONS)

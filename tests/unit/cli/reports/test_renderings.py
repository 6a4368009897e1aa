"""What a run says of all that it rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.reports.renderings import Rendered, show, show_differences

INTENT = Rendered("a", "a.yaml", Path("out/a"), ("x",), (), ("x",), ())
MERGED = Rendered("iam", "kmsgen.toml", Path("out/iam"), ("y",), (), ("y",), ())


@pytest.mark.parametrize(
    ("done", "written", "differing"),
    [
        ((INTENT, INTENT), "2 intents, 2 of them changed", "2 intents"),
        ((INTENT, INTENT._replace(changed=())), "2 intents, 1 of them changed", "1 intent"),
        (
            (INTENT, INTENT, MERGED),
            "2 intents, 2 of them changed, and the merged IAM policies",
            "2 intents and the merged IAM policies",
        ),
        (
            (INTENT._replace(changed=()), INTENT._replace(changed=()), MERGED),
            "2 intents, none of them changed, and the merged IAM policies",
            "the merged IAM policies",
        ),
        ((INTENT, INTENT, MERGED._replace(changed=())), "2 intents, 2 of them changed", "2 intents"),
    ],
)
def test_merged_policies_are_no_intent(
    done: tuple[Rendered, ...], written: str, differing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Intents are counted, and what was made of all of them is told beside that."""
    show(done, Path("out"), "text")
    assert capsys.readouterr().err == f"{written}\n"
    with HeldAnswers() as held:
        assert show_differences(done, held, "text") == 1
    assert capsys.readouterr().err == f"what is on disk differs from {differing}; run `kmsgen render` to write it\n"

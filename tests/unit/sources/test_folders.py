"""Folders that are one file to kmsgen."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.sources.folders import is_rendered_folder, may_hold_answers


@pytest.mark.parametrize(
    ("file", "rendered", "answers"),
    [
        ("manifest.json", True, True),
        ("key/describe-key.json", False, True),
        ("list-grants.txt", False, True),
        ("a/b/describe-key.json", False, False),
        ("intent.yaml", False, False),
        ("key/manifest.json", False, True),
    ],
)
def test_a_folder_is_known_by_the_names_in_it(tmp_path: Path, file: str, rendered: bool, answers: bool) -> None:  # noqa: FBT001
    """Output of render by its manifest; answers of the AWS CLI may lie in it or in folders right below."""
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    assert (is_rendered_folder(str(tmp_path)), may_hold_answers(str(tmp_path))) == (rendered, answers)

"""Lists that AWS answers with: whole, or one page of several."""

from __future__ import annotations

import pytest

from kmsgen.sources.pages import is_whole


@pytest.mark.parametrize("answer", [{"Grants": []}, {"Grants": [], "Truncated": False}, {"Tags": [], "NextMarker": None}])
def test_a_list_without_a_next_page_is_whole(answer: dict[str, object]) -> None:
    """KMS says nothing of a next page, or that there is none."""
    assert is_whole(answer)


@pytest.mark.parametrize("more", [{"Truncated": True}, {"Truncated": "true"}, {"NextMarker": "x"}, {"NextToken": "x"}])
def test_a_page_is_not_whole(more: dict[str, object]) -> None:
    """KMS tells that there is more, and the command line where to go on."""
    assert not is_whole({"Grants": [], **more})

"""Whether a list that AWS answers with is whole, or one page of several."""

from __future__ import annotations

from collections.abc import Mapping


def is_whole(answer: Mapping[str, object]) -> bool:
    """Return whether an answer holds all there is: KMS says that there is more, as the command line does with --max-items.

    Source: KMS API reference, ListGrants; AWS CLI user guide, cli-usage-pagination.
    """
    more = answer.get("Truncated") in (True, "true")
    return not more and not any(answer.get(member) for member in ("NextMarker", "NextToken"))

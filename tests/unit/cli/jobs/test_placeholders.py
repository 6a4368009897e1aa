"""Whom a name may mean, where a file does not tell all names or its account."""

from __future__ import annotations

import pytest

from kmsgen.cli.jobs.placeholders import as_placeholder
from kmsgen.sources.question import Placeholder

ROLE = Placeholder("arn:aws:iam::111122223333:role/App", "arn:aws:iam::111122223333:role/*-*-*", "")
ACCOUNT = Placeholder("000000000000", "arn:*", "")
MEANT = [
    (ROLE, "arn:aws:iam::111122223333:role/stack-App-X1", ROLE.arn),
    (ROLE, "arn:aws:sts::111122223333:assumed-role/stack-App-X1/s", ROLE.arn),
    (ROLE, "arn:aws:iam::111122223333:role/other", ""),
    (ROLE, "arn:aws:iam::111122223333:user/stack-App-X1", ""),
    (ACCOUNT, "arn:aws:iam::444455556666:role/x", "arn:aws:iam::000000000000:role/x"),
    (ACCOUNT, "s3.amazonaws.com", ""),
]


@pytest.mark.parametrize(("one", "principal", "asked"), MEANT)
def test_a_placeholder_is_asked_about_for_whom_it_may_stand(one: Placeholder, principal: str, asked: str) -> None:
    """A role of a name that may be its own, or a session of it; whoever is of the account that may be the file's."""
    assert as_placeholder(one, principal) == asked

"""A request with the policies that it was asked of, and one change of either, in words and made."""

from __future__ import annotations

from typing import NamedTuple

from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle


class Asked(NamedTuple):
    """A request and the bundle that decides it."""

    request: Request
    bundle: Bundle


class Change(NamedTuple):
    """One change: what to do, and the request and policies after it."""

    text: str
    after: Asked

"""A request with its bundle, and a single change of either."""

from __future__ import annotations

from typing import NamedTuple

from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle


class Asked(NamedTuple):
    """A request and the bundle whose policies decide it."""

    request: Request
    bundle: Bundle


class Change(NamedTuple):
    """One change, in words, with request and bundle after it."""

    text: str
    after: Asked

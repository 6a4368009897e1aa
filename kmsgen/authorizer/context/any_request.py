"""Condition keys that only the bundle decides: answers that hold of every request of a caller for a permission."""

from typing import Any

from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.language.principal import Caller


class DependsOnRequestError(Exception):
    """The answer depends on what the request holds, so that none holds of every request."""


class _AnyRequest:
    """A request of which nothing is known: to ask it anything is an error."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a request or a grant has
        raise DependsOnRequestError(name)


ANY: Any = _AnyRequest()


def view_of_any(caller: Caller, permission: Permission) -> View:
    """Return the context that all requests of a caller for a permission share.

    Looking up what only a request decides raises DependsOnRequestError.
    """
    return View(ANY, caller, permission.action, permission.target, ANY)

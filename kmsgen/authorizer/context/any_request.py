"""Any request of a caller for a permission: what holds of it follows from the bundle, and holds of each such request."""

from typing import Any

from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.language.principal import Caller


class DependsOnRequestError(Exception):
    """The answer depends on what the request holds."""


class _AnyRequest:
    """A request of which nothing is known: to ask it anything is an error."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a request or a grant has
        raise DependsOnRequestError(name)


ANY: Any = _AnyRequest()


def view_of_any(caller: Caller, permission: Permission) -> View:
    """Return the context of any request of a caller; looking up what the request decides raises DependsOnRequestError."""
    return View(ANY, caller, permission.action, permission.target, ANY)

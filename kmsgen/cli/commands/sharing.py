"""Options that several commands take, written once: a command names a group of them as one parameter."""

import inspect
from collections.abc import Callable
from typing import Any

Group = Callable[..., Any]


def sharing(**groups: Group) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put the parameters of each group in place of the command's parameter of that name; the command gets what the group returns.

    Typer reads the options of a command from its signature: here it is the command's with the groups' parameters in it.
    """
    taken = {name: tuple(inspect.signature(group).parameters.values()) for name, group in groups.items()}

    def shared(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command).parameters.values()
        parameters = [one.replace(kind=one.KEYWORD_ONLY) for given in own for one in taken.get(given.name, (given,))]

        def run(**values: Any) -> None:  # noqa: ANN401 - whatever the options hold
            made = {name: group(**{one.name: values.pop(one.name) for one in taken[name]}) for name, group in groups.items()}
            command(**values, **made)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    return shared

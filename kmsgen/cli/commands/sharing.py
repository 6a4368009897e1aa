"""Options that several commands take, written once: a command names a group of them as one parameter."""

import inspect
from collections.abc import Callable
from typing import Any

OptionGroup = Callable[..., Any]


def sharing(**groups: OptionGroup) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put the parameters of each group in place of the command's parameter of that name; the command gets what the group returns.

    An option that two groups take stands there once, and both get it.

    Typer reads the options of a command from its signature: here it is the command's with the groups' parameters in it.
    """
    taken = {name: tuple(inspect.signature(group).parameters.values()) for name, group in groups.items()}

    def shared(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command).parameters.values()
        parameters = {one.name: one.replace(kind=one.KEYWORD_ONLY) for given in own for one in taken.get(given.name, (given,))}
        shared_names = {one.name for group in taken.values() for one in group}

        def run(**values: Any) -> None:  # noqa: ANN401 - whatever the options hold
            made = {name: group(**{one.name: values[one.name] for one in taken[name]}) for name, group in groups.items()}
            command(**{name: value for name, value in values.items() if name not in shared_names}, **made)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(list(parameters.values()))  # type: ignore[attr-defined]
        return run

    return shared

"""Fields of scenarios and requests: absent ones have defaults, others of a wrong form are problems at their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kmsgen.arn import is_principal
from kmsgen.errors import KmsgenError
from kmsgen.policy.grant import Pairs
from kmsgen.policy.plain_data import Reader
from kmsgen.reading import Steps


class FieldReader(Reader):
    """Reads fields that may be absent."""

    def fields(self, data: object, steps: Steps, names: Mapping[str, None], what: str) -> dict[str, Any]:
        """Read a mapping that may have these fields only."""
        found = self.mapping(data, steps, what)
        self.known(found, names, steps, what)
        return found

    def list_of(self, data: object, steps: Steps) -> list[Any]:
        """Read a list; empty if absent."""
        if data is None:
            return []
        if isinstance(data, list):
            return data
        self.refuse(steps, "not-a-list", f"`{steps[-1]}` must be a list")
        return []

    def mapping_of(self, data: object, steps: Steps) -> dict[str, Any]:
        """Read a mapping; empty if absent."""
        return {} if data is None else self.mapping(data, steps, f"`{steps[-1]}`")

    def flag_of(self, data: object, steps: Steps) -> bool:
        """Read true or false; false if absent."""
        return data is not None and self.flag(data, steps, f"`{steps[-1]}`")

    def pairs_of(self, data: object, steps: Steps) -> Pairs:
        """Read a mapping of texts to texts; empty if absent."""
        return () if data is None else self.pairs(data, steps, f"`{steps[-1]}`")

    def texts_of(self, data: object, steps: Steps) -> tuple[str, ...]:
        """Read a text or a list of texts; empty if absent."""
        return () if data is None or data == [] else self.texts(data, steps, f"`{steps[-1]}`")

    def choice(self, data: object, steps: Steps, choices: tuple[str, ...], default: str) -> str:
        """Read one of these texts; the default if absent."""
        text = self.text(data, steps, f"`{steps[-1]}`")
        if text is not None and text not in choices:
            self.refuse(steps, "unknown-value", f"no {steps[-1]} `{text}`", f"one of {', '.join(choices)}")
        return text or default

    def parsed(self, parse: Callable[..., Any], data: object, steps: Steps, *more: str) -> Any:  # noqa: ANN401 - what `parse` returns
        """Parse data in a form of AWS's (policy, grant); None if it fails, with the problems collected."""
        try:
            return parse(data, lambda inner: self.where((*steps, *inner)), *more)
        except KmsgenError as error:
            self.problems += error.diagnostics
            return None

    def check_principal(self, text: str, steps: Steps) -> None:
        """Add a problem if a text names no principal."""
        if not is_principal(text):
            hint = "an ARN, the name of a service (`logs.us-west-2.amazonaws.com`), or `*`"
            self.refuse(steps, "not-a-principal", f"`{text}` is not a principal", hint)

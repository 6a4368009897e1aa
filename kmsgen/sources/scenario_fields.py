"""The fields of scenarios and requests: what is absent has its default, what has another shape is a problem in its place."""

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
        """Read a mapping that has no other fields than these."""
        found = self.mapping(data, steps, what)
        self.known(found, names, steps, what)
        return found

    def list_of(self, data: object, steps: Steps) -> list[Any]:
        """Read a list; an empty one where there is none."""
        if data is None:
            return []
        if isinstance(data, list):
            return data
        self.refuse(steps, "not-a-list", f"`{steps[-1]}` must be a list")
        return []

    def mapping_of(self, data: object, steps: Steps) -> dict[str, Any]:
        """Read a mapping; an empty one where there is none."""
        return {} if data is None else self.mapping(data, steps, f"`{steps[-1]}`")

    def flag_of(self, data: object, steps: Steps) -> bool:
        """Read true or false; false where there is nothing."""
        return data is not None and self.flag(data, steps, f"`{steps[-1]}`")

    def pairs_of(self, data: object, steps: Steps) -> Pairs:
        """Read a mapping of texts to texts; an empty one where there is none."""
        return () if data is None else self.pairs(data, steps, f"`{steps[-1]}`")

    def texts_of(self, data: object, steps: Steps) -> tuple[str, ...]:
        """Read one text or a list of them; none where there is nothing."""
        return () if data is None or data == [] else self.texts(data, steps, f"`{steps[-1]}`")

    def choice(self, data: object, steps: Steps, choices: tuple[str, ...], default: str) -> str:
        """Read one of some texts."""
        text = self.text(data, steps, f"`{steps[-1]}`")
        if text is not None and text not in choices:
            self.refuse(steps, "unknown-value", f"no {steps[-1]} `{text}`", f"one of {', '.join(choices)}")
        return text or default

    def parsed(self, parse: Callable[..., Any], data: object, steps: Steps, *more: str) -> Any:  # noqa: ANN401 - what `parse` returns
        """Read what has a form of AWS's; None where that fails."""
        try:
            return parse(data, lambda inner: self.where((*steps, *inner)), *more)
        except KmsgenError as error:
            self.problems += error.diagnostics
            return None

    def check_principal(self, text: str, steps: Steps) -> None:
        """Refuse a text that names no principal."""
        if not is_principal(text):
            hint = "an ARN, the name of a service (`logs.us-west-2.amazonaws.com`), or `*`"
            self.refuse(steps, "not-a-principal", f"`{text}` is not a principal", hint)

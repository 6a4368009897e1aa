"""Policies as HCL, with an expression wherever they name a key that does not exist yet."""

from __future__ import annotations

from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.references import Mention, parts, replaced
from kmsgen.render.terraform import hcl
from kmsgen.render.terraform.hcl import Expression, Interpolated


class KeyReference(NamedTuple):
    """The expressions for a key's ARN and id; `key_arn` is the ARN that the bundle has in their place."""

    key_arn: str
    arn: Expression
    id: Expression

    def value(self, text: str) -> object:
        """Return a text as HCL takes it, each mention of the key as an expression."""
        found = [self._expression(part) for part in parts(text, self.key_arn)]
        if len(found) == 1:
            return found[0]
        return Interpolated(tuple(found)) if found else ""

    def _expression(self, part: str | Mention) -> str | Expression:
        if isinstance(part, str):
            return part
        return self.arn if part is Mention.ARN else self.id


def policy(document: Document, reference: KeyReference | None = None) -> str:
    """Return a policy as an object of HCL, for `jsonencode`."""
    data = format_document(document)
    return hcl.value(replaced(data, reference.value) if reference else data)

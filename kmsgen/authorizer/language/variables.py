"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`.

Source: IAM User Guide, reference_policies_variables. Before version 2012-10-17 they are literal text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from kmsgen.authorizer.language.open_value import Lookup, OpenValue
from kmsgen.authorizer.language.shapes import ANY_TEXT, pieces_of_shape
from kmsgen.authorizer.language.wildcards import Piece, Pieces, pieces_of
from kmsgen.policy.letter_case import folded

# texts, so that `re` compiles them at first use and not at every start
_VARIABLE = r"\$\{([^{}]*)\}"
_NAME = r"\s*(?P<key>[^\s,'][^,']*:[^,']+?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\Z"
_COLONS_OF_AN_ARN = 5


class Variable(NamedTuple):
    """A condition key (lower case) whose value stands here; `default` where the key is missing, None for no default."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A variable had no value: the text matches nothing."""


class PolicyText(NamedTuple):
    """A policy text in pieces. `malformed`: it holds a `${` that begins no variable, or a variable where none is allowed."""

    pieces: tuple[Piece | Variable, ...]
    malformed: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys that its variables name."""
        return tuple(piece.key for piece in self.pieces if isinstance(piece, Variable))

    @property
    def early(self) -> bool:
        """Whether a variable stands before the fifth colon: in a Resource one may stand behind it only."""
        colons = 0
        for piece in self.pieces:
            if isinstance(piece, Variable):
                return colons < _COLONS_OF_AN_ARN
            colons += piece.count(":") if isinstance(piece, str) else 0
        return False


def parse_policy_text(text: str, *, variables: bool, wildcards: bool) -> PolicyText:
    """Take a text apart into literal runs, wildcards and variables."""
    split = pieces_of if wildcards else _literal
    if not variables or "${" not in text:
        return PolicyText(split(text))
    pieces: list[Piece | Variable] = []
    malformed = False
    end = 0
    for match in re.finditer(_VARIABLE, text):
        between = text[end : match.start()]
        malformed = malformed or "${" in between
        pieces += split(between)
        end = match.end()
        name = re.match(_NAME, match[1])
        if match[1] in ("*", "?", "$"):
            pieces.append(match[1])
        elif name:
            pieces.append(Variable(folded(name["key"]), name["default"]))
        else:
            malformed = True
    malformed = malformed or "${" in text[end:]
    return PolicyText((*pieces, *split(text[end:])), malformed)


def _literal(text: str) -> Pieces:
    return (text,) if text else ()


class Resolved(NamedTuple):
    """A policy text after the values of its variables are put in, `pieces` with the wildcards in them as plain characters.

    `loose` lets those wildcards count, and is the widest pattern where a variable is open; the text is then not `sure`.
    """

    pieces: Pieces
    loose: Pieces
    sure: bool = True


def resolve(written: PolicyText, lookup: Lookup, is_multi_valued: Callable[[str], bool]) -> Resolved | Missing | None:
    """Put the values of policy variables into a text; Missing where one has no value and no default.

    None where the text cannot be evaluated: it is malformed, or a variable has several values.
    """
    if written.malformed:
        return None
    pieces: list[Piece] = []
    loose: list[Piece] = []
    sure = True
    for piece in written.pieces:
        if not isinstance(piece, Variable):
            pieces.append(piece)
            loose.append(piece)
            continue
        values = lookup(piece.key)
        if is_multi_valued(piece.key):
            return None
        if isinstance(values, OpenValue):
            sure = False
            loose += pieces_of_shape(values.shape or ANY_TEXT)
            continue
        if values and len(values) > 1:
            return None
        text = values[0] if values else piece.default
        if text is None:
            return Missing()
        pieces += _literal(text)
        loose += pieces_of(text)
    return Resolved(tuple(pieces), tuple(loose), sure)

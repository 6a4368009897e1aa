"""Checks of a bundle: the one package that sees both the intent and the compiled policies.

The functions below import what they need when they are called, to keep starts short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsgen.compiler import Compiled
    from kmsgen.intent.intent import Intent


def confirm(intent: Intent, compiled: Compiled) -> None:
    """Answer the three questions about an intent and its compiled policies.

    Raises RefusedError with every finding if one answer is no.
    """
    from kmsgen.checks.intent.verification import ask, refuse_no  # noqa: PLC0415 - authorizer and prover are loaded where they are asked

    refuse_no(ask(intent, compiled.bundle, compiled.origins))

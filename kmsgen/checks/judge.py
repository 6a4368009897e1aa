"""The authorizer, asked about keys in the state in which each call makes sense."""

from __future__ import annotations

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Decision
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import find
from kmsgen.policy.bundle import Bundle

ENABLED = "Enabled"


class StatefulJudge:
    """Decides requests on the keys of a bundle as if each key were in a state in which KMS takes the call.

    A deletion is called off of a key that is pending deletion: whether the policies allow that is no matter of today's state.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._by_state: dict[str, Authorizer] = {}

    def decide(self, request: Request, *, whole: bool = False, trace: bool = False) -> Decision:
        """Decide a request: what it names only, or the `whole` call; with `trace`, how every statement and grant met it."""
        state = state_for(request.action)
        if state not in self._by_state:
            self._by_state[state] = Authorizer(self.bundle_for(request.action))
        return self._by_state[state].decide(request, whole=whole, trace=trace)

    def bundle_for(self, action: str) -> Bundle:
        """Return the bundle as it is when an action is asked for."""
        key_state = state_for(action)
        keys = tuple(access._replace(key=access.key._replace(state=key_state)) for access in self.bundle.keys)
        return self.bundle._replace(keys=keys)


def state_for(action: str) -> str:
    """Return a key state in which KMS takes the action: Enabled unless it refuses that one."""
    row = find(action)
    rules = row.states if row is not None and row.states is not None else {}
    if ENABLED not in rules or rules[ENABLED].ok is not False:
        return ENABLED
    return next((state for state, rule in rules.items() if rule.ok), ENABLED)

"""The authorizer asked as if every key were in a state in which KMS takes the call."""

from __future__ import annotations

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Decision
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import find
from kmsgen.policy.bundle import Bundle

ENABLED = "Enabled"


class StatefulJudge:
    """Decides requests on a bundle as if each key had a state that fits the call, whatever its state is today.

    CancelKeyDeletion, for example, is decided for a key that is pending deletion.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._by_state: dict[str, Authorizer] = {}

    def decide(self, request: Request, *, whole: bool = False, trace: bool = False) -> Decision:
        """Decide a request, as Authorizer.decide does: the permissions that it names, or with `whole` all that the call needs."""
        state = state_for(request.action)
        if state not in self._by_state:
            self._by_state[state] = Authorizer(self.bundle_for(request.action))
        return self._by_state[state].decide(request, whole=whole, trace=trace)

    def bundle_for(self, action: str) -> Bundle:
        """Return the bundle with each key in the state in which the action is asked for."""
        key_state = state_for(action)
        keys = tuple(access._replace(key=access.key._replace(state=key_state)) for access in self.bundle.keys)
        return self.bundle._replace(keys=keys)


def state_for(action: str) -> str:
    """Return a key state in which KMS takes the action: Enabled if possible."""
    row = find(action)
    rules = row.states if row is not None and row.states is not None else {}
    if ENABLED not in rules or rules[ENABLED].ok is not False:
        return ENABLED
    return next((state for state, rule in rules.items() if rule.ok), ENABLED)

"""A principal that no policy names, its name left open: its ARN, user name and id follow from one text.

Source: IAM User Guide, reference_identifiers; GetFederationToken (API reference).
"""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.prover.requests.parts.caller import PRINCIPAL_ARN, USER_ID, USER_NAME, StandIn
from kmsgen.prover.solver.notation.domains import admitted
from kmsgen.prover.solver.notation.languages import outside, shape
from kmsgen.prover.solver.request.slots import Slot
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Text


class CallerTerms:
    """The name of a stand-in, and the condition keys that follow from it."""

    def __init__(self, script: Script, stand_in: StandIn) -> None:
        terms = script.terms
        name = terms.text("name of the principal")
        script.say(admitted(script, stand_in.names, name))
        self.arn: Text = terms.joined([stand_in.head, name])
        for pattern, truth in stand_in.asked:
            matched = terms.inside(self.arn, shape(terms, pattern))
            script.say(matched if truth else terms.negate(matched))
        self.slots: Mapping[str, list[Slot]] = {
            PRINCIPAL_ARN: [Slot(there=True, text=self.arn)],
            **({USER_NAME: [Slot(there=True, text=_last_part(script, name))]} if stand_in.is_user else {}),
            **(
                {USER_ID: [Slot(there=True, text=terms.joined([stand_in.id_head, name]))]} if stand_in.id_head is not None else {}
            ),
        }


def _last_part(script: Script, name: Text) -> Text:
    """Return what stands behind the last slash of a path and a name."""
    terms = script.terms
    path, last = terms.text("path"), terms.text("name of the user")
    script.say(terms.equal(name, terms.joined([path, last])))
    script.say(terms.some([terms.equal(path, ""), terms.ends(path, "/")]))
    script.say(terms.inside(last, terms.repeated(outside(terms, "/"))))
    return last

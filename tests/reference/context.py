"""What a request holds of any condition key, in IAM policies and in key policies.

Source: KMS Developer Guide, conditions-kms, kms-api-permissions-reference, alias-access, tag-authorization.
"""

from __future__ import annotations

from tests.reference import global_keys, kms_keys, route_keys, tables
from tests.reference.held import ABSENT, Held, Lookup, or_absent
from tests.reference.view import View

RULES = {**global_keys.RULES, **route_keys.RULES, **kms_keys.RULES}
FAMILIES = {**global_keys.FAMILIES, **kms_keys.FAMILIES}
OF_THE_ACTION = ("kms:", "aws:resourcetag/", "aws:requesttag/", "aws:tagkeys")
"""Keys that only the actions carry for which the pages list them."""
NOT_IN_KEY_POLICIES = ("aws:resourcetag/", "kms:resourcealiases")


def in_iam_policies(view: View) -> Lookup:
    """Return the look-up of condition keys for IAM policies, SCPs, RCPs and VPC endpoint policies."""
    return lambda name: _held(view, name)


def in_key_policies(view: View) -> Lookup:
    """Return the look-up for key policies: tags and aliases of the key are for IAM policies only, yet listed for both.

    So they are read in both ways, as there and as absent (C4).
    """

    def lookup(name: str) -> Held:
        held = _held(view, name)
        return or_absent(held) if name.startswith(NOT_IN_KEY_POLICIES) else held

    return lookup


def _held(view: View, name: str) -> Held:
    if not name.startswith(OF_THE_ACTION):
        return _derived(view, name)
    carried = _carried(view, name)
    if carried is False:
        return ABSENT
    found = _derived(view, name)
    return or_absent(found) if carried is None else found


def _carried(view: View, name: str) -> bool | None:
    """Tell whether the action carries a key: on an alias none of KMS's own is."""
    if view.need.half == "alias" or ":" in view.need.action:
        return False
    return tables.carried(view.need.action, name)


def _derived(view: View, name: str) -> Held:
    if name in RULES:
        return RULES[name](view)
    family = next((prefix for prefix in FAMILIES if name.startswith(prefix)), None)
    return FAMILIES[family](view, name.removeprefix(family)) if family else view.as_tabulated(name)

"""What guard rails are built against: a key, the organization, and everything that the intent permits on the key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.compiler.grants import lets_services_grant, named_grantees
from kmsgen.compiler.permit import Permit
from kmsgen.compiler.services.services import grantees
from kmsgen.compiler.target import Target
from kmsgen.intent.intent import Intent, account_named

Values = tuple[str, ...]
CREATE_GRANT = ("kms:CreateGrant",)


class World(NamedTuple):
    """What a guard rail is built against: a key, the organization, and everything that the intent permits on the key."""

    target: Target
    organization: str | None
    permits: tuple[Permit, ...]
    named: Values  # ARNs of principals without permits of their own: grantees, the deployer
    named_services: Values

    @property
    def grants_for_aws(self) -> bool:
        """Whether AWS services may come to act by grants that principals of the intent let them create."""
        return bool(self.grant_makers)

    @property
    def grant_makers(self) -> Values:
        """The accounts, the key's first, of those who let AWS services create grants for themselves."""
        makers = [permit for permit in self.permits if permit.action in CREATE_GRANT and lets_services_grant(permit)]
        accounts = [account_named(permit.who) or self.target.account for permit in makers]
        return tuple(dict.fromkeys([self.target.account, *accounts])) if makers else ()


def world_of(intent: Intent, target: Target, permits: Iterable[Permit]) -> World:
    """Return what guard rails are built against on one key."""
    grants = [line.grant for line in intent.grants]
    people, machines = ([one.grantee for one in grants if one.grantee_is_service is service] for service in (False, True))
    people += [arn for use in intent.services for arn in grantees(use, target)]
    people += intent.deployers
    permits = tuple(permits)
    people += named_grantees(permits)
    return World(target, intent.scope.organization, permits, tuple(people), tuple(machines))

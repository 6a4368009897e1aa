"""Account, partition, Regions, organization and deployer of an intent."""

from __future__ import annotations

from kmsgen.arn import ACCOUNT_ID
from kmsgen.intent.form.model import ScopeFile
from kmsgen.intent.intent import IntentScope
from kmsgen.intent.resolve.conditions.conditions import ORGANIZATION
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import resolve_principal
from kmsgen.intent.resolve.regions import check_region, resolve_new_regions


def resolve_scope(scope: ScopeFile, context: Context) -> IntentScope:
    """Return the account, Regions and so on of an intent, and tell them to the context; reports each that AWS cannot have."""
    context.partition = scope.partition
    if ACCOUNT_ID.match(scope.account):
        context.account = scope.account
    else:
        hint = "such as 111122223333; leading zeros count"
        context.refuse(("scope", "account"), "account-id", f"`{scope.account}` is no account id of 12 digits", hint)
    resolve_new_regions(scope.new_regions or (), context)
    regions = dict.fromkeys(r for i, r in enumerate(scope.regions or ()) if check_region(r, ("scope", "regions", i), context))
    context.regions, context.regions_given = tuple(regions), bool(scope.regions)
    if scope.organization is not None:
        context.organization = scope.organization
        if not ORGANIZATION.match(scope.organization):
            message = f"`{scope.organization}` is no id of an organization"
            context.refuse(("scope", "organization"), "organization-id", message, "such as o-exampleorgid")
    return IntentScope(
        account=scope.account,
        partition=context.partition,
        regions=context.regions,
        organization=scope.organization,
        deployer=_deployer(scope.deployer, context),
    )


def _deployer(text: str | None, context: Context) -> str | None:
    if text is None:
        return None
    who = resolve_principal(text, ("scope", "deployer"), context)
    if who is None:
        return None
    if who.kind not in ("role", "user"):
        context.refuse(
            ("scope", "deployer"), "deployer-kind", f"`{text}` cannot deploy", "name the role or user who runs the deployment"
        )
    elif context.account is not None and who.account != context.account:
        hint = "name the role of this account that the pipeline assumes: KMS takes no PutKeyPolicy from another account"
        context.refuse(("scope", "deployer"), "deployer-account", f"`{text}` is of another account", hint)
    return who.arn

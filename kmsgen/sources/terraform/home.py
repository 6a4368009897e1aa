"""Account, Region and partition of the keys in a plan."""

from __future__ import annotations

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.reading import Source
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import STANDS_FOR, Home, accounts_in, home_in
from kmsgen.sources.terraform.accounts import IAM_KINDS, KEYS, Accounts
from kmsgen.sources.terraform.configuration import Configuration
from kmsgen.sources.terraform.references import POLICY_DOCUMENT
from kmsgen.sources.terraform.resources import PlannedResource, resources_of


def home_of(source: Source, beside: Beside, every: list[PlannedResource], accounts: Accounts) -> Home:
    """Find whose keys these are: by options, by aws_caller_identity in the plan, by known ARNs, else by the key policies.

    With keys of several providers whichever of them is not told otherwise; what other providers have tells nothing of them.
    """
    if beside.key_arn is None and beside.home is None:
        keys = [one for one in every if one.type in KEYS and one.mode == "managed"]
        _tell_each_provider(keys, every, accounts)
        untold = [one for one in keys if accounts.of(one) is None]
        credentials = {accounts.credentials(one) for one in untold or keys}
        resources, before = (
            [one for one in found if not keys or accounts.credentials(one) in credentials]
            for found in (every, resources_of(source, "prior_state", "values"))
        )
        callers = {one.known("account_id") for one in resources if one.type == "aws_caller_identity"} - {""}
        if len(callers) == 1:
            return _home_in(callers.pop(), resources, source, accounts.configuration)
        told = _home_in_arns(resources) or _home_in_arns(before)
        if told is not None:
            return told
        if keys and not untold:
            return _home_in(accounts.of(keys[0]) or "", resources, source, accounts.configuration)
        if keys and not accounts_in(repr(one.values) for one in every if one.type.startswith(("aws_kms_", "aws_iam_"))):
            return _home_in(STANDS_FOR, resources, source, accounts.configuration)
    return beside.home_of(_key_policies(every), source.path)


def _tell_each_provider(keys: list[PlannedResource], every: list[PlannedResource], accounts: Accounts) -> None:
    """Take the one account that key policies of each of several providers name for that of the provider, where it is not told."""
    untold = dict.fromkeys(accounts.credentials(one) for one in keys if accounts.of(one) is None)
    for credentials in untold if len(untold) > 1 else ():
        found = accounts_in(_key_policies([one for one in every if accounts.credentials(one) == credentials]))
        if len(found) == 1:
            accounts.told[credentials] = found[0]


def _home_in(account: str, resources: list[PlannedResource], source: Source, configuration: Configuration) -> Home:
    found = home_in([f"arn:{_partition(resources)}:iam::{account}:root"], source.path)
    key = next((one for one in resources if one.type in KEYS), None)
    return found._replace(region=(region_of(key, configuration) if key else "") or found.region)


def _home_in_arns(resources: list[PlannedResource]) -> Home | None:
    """Return where known ARNs of keys and IAM resources are; None if there are none, or of several accounts and not all known."""
    keys = [one for one in resources if one.type in KEYS and one.mode == "managed"]
    iam = [one for one in resources if one.type in IAM_KINDS and one.mode == "managed"]
    found = [arn for one in (*keys, *iam) if (arn := parse_arn(one.known("arn"))) and ACCOUNT_ID.match(arn.account)]
    several = len({(arn.partition, arn.account) for arn in found}) > 1
    if not found or (several and not all(one.known("arn") for one in (*keys, *iam))):
        return None
    regions = {arn.region for arn in found} - {""}
    return Home(found[0].partition, found[0].account, regions.pop() if len(regions) == 1 else "us-east-1")


def _partition(resources: list[PlannedResource]) -> str:
    found = {one.known("partition") for one in resources if one.type == "aws_partition"} - {""}
    return found.pop() if len(found) == 1 else "aws"


def region_of(resource: PlannedResource, configuration: Configuration) -> str:
    """Return a resource's Region, its own or its provider's; empty if neither is told."""
    told = configuration.provider(resource).get("region")
    region = told.get("constant_value") if isinstance(told, dict) else None
    return resource.known("region") or (region if isinstance(region, str) else "")


def _key_policies(resources: list[PlannedResource]) -> list[str]:
    """Return the texts of all key policies and policy documents, to find the account in."""
    found = [one.values.get("policy") for one in resources if one.type in (*KEYS, "aws_kms_key_policy")]
    found += [repr(one.values.get("statement")) for one in resources if one.type == POLICY_DOCUMENT]
    return [text for text in found if isinstance(text, str)]

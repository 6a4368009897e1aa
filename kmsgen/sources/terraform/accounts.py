"""Accounts that the providers of a plan work in: told by ARNs, by the role to assume, by allowed accounts, or not at all.

Source: Terraform AWS provider, Provider Configuration. Providers with the same credentials work in the same account.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.errors import Location, input_error
from kmsgen.sources.beside import Beside
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.terraform.configuration import Configuration
from kmsgen.sources.terraform.resources import PlannedResource, listed

KEYS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_replica_external_key")
IAM_KINDS = {"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group", "aws_iam_policy": "policy"}
# arguments that are no credentials
_SAME_ACCOUNT = (
    "region", "alias", "default_tags", "endpoints", "ignore_tags", "max_retries", "retry_mode", "sts_region", "insecure",
    "skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation", "use_dualstack_endpoint",
    "use_fips_endpoint", "http_proxy", "https_proxy", "no_proxy", "custom_ca_bundle", "s3_use_path_style",
)  # fmt: skip
_ASSUMED_ROLES = ("assume_role", "assume_role_with_web_identity")
# credentials: of a provider that is not told, and of one that has no arguments
_UNKNOWN, _NO_ARGUMENTS = "provider", "{}"


class Accounts:
    """The account of each resource, by the credentials of its provider.

    Providers whose arguments refer to the same are assumed to have the same credentials, unless nothing is to be assumed.
    """

    def __init__(
        self, configuration: Configuration, resources: list[PlannedResource], prior: list[PlannedResource], beside: Beside
    ) -> None:
        self.configuration = configuration
        self.beside = beside
        of_aws = [name for name, one in configuration.providers.items() if _is_aws(name, one)]
        found = {self._credentials(name) for name in of_aws}
        self.only = found.pop() if len(found) == 1 else _NO_ARGUMENTS if not found else None
        self.told: dict[str, str] = {}
        self._tell(self._of_arns(resources))
        for name in of_aws:
            if account := _account_in(configuration.provider_named(name)):
                self.told.setdefault(self._credentials(name), account)
        self._tell(self._of_arns(prior))

    def of(self, resource: PlannedResource) -> str | None:
        """Return the account of a resource; None if it is not told."""
        return _account_of(resource) or self.told.get(self.credentials(resource))

    def named(self, resource: PlannedResource) -> str:
        """Return the account of a resource; where it is not told a name that no account has."""
        credentials = self.credentials(resource)
        places = sorted(name for name in self.configuration.providers if self._credentials(name) == credentials)
        return self.of(resource) or f"({(places or [_UNKNOWN])[0].replace(':', '.')})"

    def credentials(self, resource: PlannedResource) -> str:
        """Return what tells the credentials of a resource's provider from others."""
        name = self.configuration.provider_name(resource)
        if name is not None and name in self.configuration.providers:
            return self._credentials(name)
        if not self.configuration.told or (name is not None and _is_plain(name)):
            return _NO_ARGUMENTS
        return _UNKNOWN if self.only is None else self.only

    def settle(self, account: str, resources: list[PlannedResource], *, by_user: bool) -> None:
        """Take the account of the keys for that of the only provider of keys whose account is not told."""
        managed = [one for one in resources if one.mode == "managed"]
        keys = [one for one in managed if one.type in KEYS] or [one for one in managed if one.type == "aws_kms_key_policy"]
        groups = dict.fromkeys(map(self.credentials, keys)) if keys else dict.fromkeys([self.only or _NO_ARGUMENTS])
        untold = [one for one in groups if one not in self.told]
        is_elsewhere = by_user and any(self.told.get(one) == account for one in groups)
        if len(untold) == 1 and not is_elsewhere:
            self.told[untold[0]] = account

    def _credentials(self, name: str) -> str:
        arguments = {one: value for one, value in self.configuration.provider_named(name).items() if one not in _SAME_ACCOUNT}
        text = json.dumps(arguments, sort_keys=True)
        return f"{text} {name}" if self.beside.strict and '"references"' in text else text

    def placed(self, arn: str, resource: PlannedResource) -> str:
        """Return the ARN of a key in its own account. Raises InputError where that is not told, as it is no other key's."""
        if arn == self.beside.key_arn:
            return arn
        account = self.of(resource)
        if account is None:
            hint = "tell it by `allowed_account_ids` of the provider, or by a constant role in its `assume_role`"
            message = f"{resource.address}: which account it is of is not told, as its provider has credentials of its own"
            raise input_error(resource.where(()), "unknown-key", message, hint)
        parts = arn.split(":", 5)
        return ":".join((*parts[:4], account, parts[5]))

    def tell(self, gathering: Gathering, resources: list[PlannedResource]) -> None:
        """Note whose account is not told, and which providers are taken to have the same credentials."""
        for one in resources:
            if one.mode == "managed" and one.type in ("aws_iam_role", "aws_iam_user") and self.of(one) is None:
                message = f"{one.address} is of an account that is not told, so it describes nobody in the account of the keys"
                gathering.note(one.where(()), "unknown-account", message)
        seen: dict[str, str] = {}
        for name, one in self.configuration.providers.items():
            text = self._credentials(name)
            if _is_aws(name, one) and '"references"' in text and seen.setdefault(text, name) != name:
                pair = f"the providers {name} and {seen[text]}"
                what = f"{pair} are taken to have the same credentials, as their arguments refer to the same"
                gathering.assume(Location(gathering.path), what)

    def _of_arns(self, resources: Iterable[PlannedResource]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for one in resources:
            if account := _account_of(one):
                found.setdefault(self.credentials(one), set()).add(account)
        return found

    def _tell(self, found: dict[str, set[str]]) -> None:
        for credentials, accounts in found.items():
            if len(accounts) == 1 and credentials != _UNKNOWN:
                self.told.setdefault(credentials, next(iter(accounts)))


def _account_of(resource: PlannedResource) -> str | None:
    """Return the account that a resource itself tells."""
    if resource.type == "aws_caller_identity":
        return resource.known("account_id") or None
    if resource.mode != "managed" or resource.type not in (*KEYS, *IAM_KINDS):
        return None
    arn = parse_arn(resource.known("arn"))
    return arn.account if arn and ACCOUNT_ID.match(arn.account) else None


def _account_in(provider: dict[str, Any]) -> str | None:
    """Return the account that a provider's arguments tell: of the last role to assume, else the only one that is allowed."""
    for field in _ASSUMED_ROLES:
        blocks = provider.get(field)
        roles = blocks if isinstance(blocks, list) else [blocks] if blocks else []
        if roles:
            arn = parse_arn(str(_constant(roles[-1].get("role_arn") if isinstance(roles[-1], dict) else None)))
            if arn and ACCOUNT_ID.match(arn.account):
                return arn.account
    allowed = listed(_constant(provider.get("allowed_account_ids")))
    return str(allowed[0]) if len(allowed) == 1 and ACCOUNT_ID.match(str(allowed[0])) else None


def _constant(expression: object) -> Any:  # noqa: ANN401 - plain data
    return expression.get("constant_value") if isinstance(expression, dict) else None


def _is_aws(name: str, provider: object) -> bool:
    told = provider.get("full_name") if isinstance(provider, dict) else None
    return told.endswith("/aws") if isinstance(told, str) else name.rpartition(":")[2].partition(".")[0] == "aws"


def _is_plain(name: str) -> bool:
    """Return whether this names a provider of the root that has no alias, and so needs no configuration."""
    return ":" not in name and "." not in name

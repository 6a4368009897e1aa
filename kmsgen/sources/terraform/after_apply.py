"""What there is after a plan is applied: its resources, without what roles still list and other resources take from them."""

from __future__ import annotations

from kmsgen.reading import Source
from kmsgen.sources.terraform.configuration import Configuration
from kmsgen.sources.terraform.resources import PlannedResource, listed, resources_after

_LISTS = {"managed_policy_arns": None, "inline_policy": "name"}
"""Fields of a role with policies that other resources give it, by what tells these apart: themselves, or a name."""


def planned_resources(source: Source, prior: list[PlannedResource]) -> list[PlannedResource]:
    """Return the resources once a plan is applied. Raises InputError for a plan that stopped at an error.

    A role that does not set its policies itself is planned with those that it had: of these the ones with resources of their own
    count as these are planned. Source: Terraform AWS provider, aws_iam_role.
    """
    resources = resources_after(source, prior)
    configuration = Configuration(source.data.get("configuration"), resources, source.data.get("variables"))
    owned = _owned(prior) if configuration.told else set()
    return [_without(one, owned, configuration) if one.type == "aws_iam_role" and owned else one for one in resources]


def _owned(prior: list[PlannedResource]) -> set[tuple[str, str, str]]:
    """Return the policies that resources of their own gave to roles: the role, its field, the ARN or name."""
    found: set[tuple[str, str, str]] = set()
    for one in prior:
        if one.mode != "managed":
            continue
        if one.type == "aws_iam_role_policy":
            found.add((one.known("role"), "inline_policy", one.known("name")))
        elif one.type in ("aws_iam_role_policy_attachment", "aws_iam_policy_attachment"):
            roles = [one.known("role")] if one.type == "aws_iam_role_policy_attachment" else one.texts("roles")
            found |= {(role, "managed_policy_arns", one.known("policy_arn")) for role in roles if isinstance(role, str)}
    return found


def _without(role: PlannedResource, owned: set[tuple[str, str, str]], configuration: Configuration) -> PlannedResource:
    values = dict(role.values)
    for field, name in _LISTS.items():
        if isinstance(values.get(field), list) and not configuration.expression(role, field):
            told = ((one, one.get(name) if name and isinstance(one, dict) else one) for one in listed(values[field]))
            taken = {which for who, of, which in owned if (who, of) == (role.known("name"), field)}
            values[field] = [one for one, which in told if not (isinstance(which, str) and which in taken)]
    return role._replace(values=values)

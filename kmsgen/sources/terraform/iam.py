"""IAM principals in a Terraform plan or state: roles, users and groups, with inline and attached policies.

Source: Terraform AWS provider, aws_iam_role, aws_iam_policy_attachment, aws_iam_user_group_membership and their like.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator
from typing import NamedTuple

from kmsgen.catalogue.managed_policies import NOTHING_OF_KMS, kms_policy
from kmsgen.errors import Diagnostic, KmsgenError, Location
from kmsgen.policy.written_policy import described_principal
from kmsgen.sources.described import NOT_MADE_HERE, Open
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.terraform.accounts import IAM_KINDS
from kmsgen.sources.terraform.policies import PlannedPolicy, Policies
from kmsgen.sources.terraform.references import PlanReferences
from kmsgen.sources.terraform.resources import PlannedResource, listed
from kmsgen.sources.unknown.unknown import Text, Unknown

_OF_A_ROLE = ("inline_policy", "managed_policy_arns")
"""What the provider reads of a role: all its policies, wherever they are attached."""
_LATER = "one of its policies is known only after it is applied"
_HOLDERS = ("aws_iam_role", "aws_iam_user", "aws_iam_group")
# type -> (field that names the holder, kind)
_INLINE = {
    "aws_iam_role_policy": ("role", "role"), "aws_iam_user_policy": ("user", "user"), "aws_iam_group_policy": ("group", "group"),
}  # fmt: skip
# type -> fields that name holders with their kinds, field of the ARNs of policies
_ATTACHMENTS = {
    "aws_iam_role_policy_attachment": ((("role", "role"),), "policy_arn"),
    "aws_iam_user_policy_attachment": ((("user", "user"),), "policy_arn"),
    "aws_iam_group_policy_attachment": ((("group", "group"),), "policy_arn"),
    "aws_iam_policy_attachment": ((("roles", "role"), ("users", "user"), ("groups", "group")), "policy_arn"),
    "aws_iam_role_policy_attachments_exclusive": ((("role_name", "role"),), "policy_arns"),
    "aws_iam_user_policy_attachments_exclusive": ((("user_name", "user"),), "policy_arns"),
    "aws_iam_group_policy_attachments_exclusive": ((("group_name", "group"),), "policy_arns"),
}
# type -> (field that names the holder, kind): all policies that it does not list are taken away
_EXCLUSIVE = {
    f"aws_iam_{kind}_{what}_exclusive": (f"{kind}_name", kind)
    for kind in ("role", "user", "group") for what in ("policies", "policy_attachments")
}  # fmt: skip
# type -> (field of users, field of groups)
_MEMBERSHIPS = {"aws_iam_group_membership": ("users", "group"), "aws_iam_user_group_membership": ("user", "groups")}


class PolicyHolder(NamedTuple):
    """A role, user or group by kind, name and account (`Accounts.named`); a group holds policies but is no principal."""

    kind: str
    name: str
    account: str


class IamReader:
    """Reads which principal holds which policies; faults are collected in `problems`.

    `put_in_place`: principals whose unattached policies, known by their descriptions, count as attached.
    """

    put_in_place: Container[str] = ()

    def __init__(
        self, gathering: Gathering, references: PlanReferences, policies: Policies, resources: list[PlannedResource]
    ) -> None:
        self.gathering = gathering
        self.references = references
        self.policies = policies
        self.resources = resources
        self.problems: list[Diagnostic] = []
        self.arns: dict[PolicyHolder, str] = {}
        self.members: dict[PolicyHolder, list[PolicyHolder]] = {}
        self.documents: dict[str, PlannedResource] = {}
        self.new: set[PolicyHolder] = set()

    def read(self, *, whole: bool) -> None:
        """Read all of IAM. `whole`: principals not made here have no further policies."""
        self._name_holders()
        for resource in self._of("aws_iam_policy"):
            arn = self.references.arn_of(resource)
            self.documents[arn if isinstance(arn, str) else resource.address] = resource
        for resource in self._of(*_MEMBERSHIPS):
            self._read_membership(resource)
        for resource in self.resources:
            try:
                self._read_policies(resource)
            except KmsgenError as error:
                self.problems += error.diagnostics
        self._put_in_place()
        if not whole:
            self._leave_others_open()
            self._leave_existing_open()
            self._note_exclusive()

    def _put_in_place(self) -> None:
        """Give principals the policies whose descriptions name them, as attaching is left to others."""
        for resource in self._of("aws_iam_policy"):
            principal = described_principal(resource.value("description"))
            written = self.policies.of(resource, "policy") if principal in self.put_in_place else None
            if written is None:
                continue
            if isinstance(written.data, Unknown):
                self.gathering.leave_open(principal, _LATER, resource.where(()))
            else:
                self.gathering.add_policy(principal, self.policies.read(written), written.where)

    def _of(self, *types: str) -> Iterator[PlannedResource]:
        return (one for one in self.resources if one.mode == "managed" and one.type in types)

    # --- holders ----------------------------------------------------------------------------------------------------------

    def _name_holders(self) -> None:
        """Give every role, user and group its ARN; one with an unknown name is named by its address."""
        for resource in self._of(*_HOLDERS):
            holder = self._holder_made(resource)
            arn = self.references.arn_of(resource)
            self.new |= set() if resource.known("arn") else {holder}
            self.arns[holder] = arn if isinstance(arn, str) else self._plain(holder)
            if isinstance(arn, Text):
                self.arns[holder] = f"{arn.known}({resource.address})"
                self.gathering.call(self.arns[holder], arn.pattern, resource.address, resource.where(()))
            if holder.kind != "group":
                self.gathering.add_principal(self.arns[holder])
                self.gathering.made.add(self.arns[holder])
                tags = resource.known_mapping("tags_all") or resource.known_mapping("tags")
                self.gathering.tags[self.arns[holder]] = tuple(sorted(tags.items()))

    def _holder_made(self, resource: PlannedResource) -> PolicyHolder:
        name = resource.known("name") or f"({resource.address})"
        return PolicyHolder(IAM_KINDS[resource.type], name, self.references.accounts.named(resource))

    def _plain(self, holder: PolicyHolder) -> str:
        return self.references.home._replace(account=holder.account).principal(holder.kind, holder.name)

    def _holders(self, resource: PlannedResource, field: str, kind: str) -> Iterator[PolicyHolder | None]:
        """Yield the holders that a field names; None for each that is known only after apply."""
        entries, account = resource.texts(field), self.references.accounts.named(resource)
        yield from (PolicyHolder(kind, one.rpartition("/")[2], account) for one in entries if isinstance(one, str))
        unknown = [one for one in entries if isinstance(one, Unknown)]
        targets = self.references.open_targets(resource, field) if unknown else []
        made = [one.resource for one in targets if one.resource is not None and one.resource.type == f"aws_iam_{kind}"]
        if unknown and len(made) == len(targets) == len(unknown):
            yield from (self._holder_made(one) for one in made)
        else:
            yield from (None for _ in unknown)

    def _read_membership(self, resource: PlannedResource) -> None:
        users_field, groups_field = _MEMBERSHIPS[resource.type]
        users = list(self._holders(resource, users_field, "user"))
        groups = list(self._holders(resource, groups_field, "group"))
        for user in users:
            for group in groups:
                if user is None:
                    self._note_unknown(resource, users_field)
                elif group is None or group not in self.arns:
                    self._leave_member_open(user, group, resource)
                else:
                    self.members.setdefault(group, []).append(user)

    def _leave_member_open(self, user: PolicyHolder, group: PolicyHolder | None, resource: PlannedResource) -> None:
        if group is None:
            self._leave_open(user, "which groups it is in is known only after apply", resource)
        else:
            why = f"the group {group.name} is not told here"
            self._leave_open(user, why, resource, which=why)

    def _principals(self, holder: PolicyHolder) -> Iterator[str]:
        """Yield the principals behind a holder: of a group its members."""
        members = self.members.get(holder, ()) if holder.kind == "group" else (holder,)
        yield from (self.arns.get(one, self._plain(one)) for one in members)

    # --- policies ---------------------------------------------------------------------------------------------------------

    def _read_policies(self, resource: PlannedResource) -> None:
        if resource.mode != "managed":
            return
        if resource.type in _HOLDERS:
            self._read_blocks(resource)
        elif resource.type in _INLINE:
            field, kind = _INLINE[resource.type]
            for holder in self._holders(resource, field, kind):
                self._add(holder, self.policies.of(resource, "policy"), resource, field)
        elif resource.type in _ATTACHMENTS:
            fields, arns = _ATTACHMENTS[resource.type]
            for field, kind in fields:
                for holder in self._holders(resource, field, kind):
                    self._attach(holder, resource, arns)

    def _read_blocks(self, resource: PlannedResource) -> None:
        """Read the policies in a role or user itself: inline_policy, managed_policy_arns, permissions_boundary."""
        holder = self._holder_made(resource)
        inline = resource.value("inline_policy")
        if isinstance(inline, Unknown) and self._declares(resource, "inline_policy"):
            self._leave_open(holder, "its inline policies are known only after apply", resource)
        for number, block in enumerate(listed(inline)):
            if isinstance(block, dict) and block.get("policy"):
                self._add(holder, self.policies.of(resource, "inline_policy", number, "policy"), resource, "inline_policy")
        if self._declares(resource, "managed_policy_arns") or not isinstance(resource.value("managed_policy_arns"), Unknown):
            self._attach(holder, resource, "managed_policy_arns")
        if resource.value("permissions_boundary"):
            self._bound(holder, resource)

    def _declares(self, resource: PlannedResource, field: str) -> bool:
        """Return whether the configuration sets a field; computed fields are unknown before apply even if it does not."""
        configuration = self.references.configuration
        return not configuration.told or bool(configuration.expression(resource, field))

    def _attach(self, holder: PolicyHolder | None, resource: PlannedResource, field: str) -> None:
        for arn in self.references.filled(resource.texts(field), resource, field):
            policy = self.documents.get(arn) if isinstance(arn, str) else self._referred(resource, field)
            if policy is not None:
                self._add(holder, self.policies.of(policy, "policy"), resource, field)
            elif holder is None:
                self._note_unknown(resource, field)
            elif isinstance(arn, str):
                self._give_unnamed(holder, None if kms_policy(arn) == NOTHING_OF_KMS else arn, resource)
                for principal in self._principals(holder):
                    self.gathering.attach(principal, arn, resource.where((field,)))
            else:
                self._give_unnamed(holder, object(), resource)
                self._leave_open(holder, "a policy known only after apply is attached to it", resource)

    def _referred(self, resource: PlannedResource, field: str) -> PlannedResource | None:
        found = self.references.resource_of(resource, field)
        return found if found is not None and found.type == "aws_iam_policy" else None

    def _bound(self, holder: PolicyHolder, resource: PlannedResource) -> None:
        arn = self.references.filled(resource.value("permissions_boundary"), resource, "permissions_boundary")
        policy = self.documents.get(arn) if isinstance(arn, str) else self._referred(resource, "permissions_boundary")
        written = self.policies.of(policy, "policy") if policy is not None else None
        for principal in self._principals(holder):
            what = f"{resource.address}: the permissions boundary {arn if isinstance(arn, str) else 'known after apply'}"
            place = resource.where(("permissions_boundary",))
            of_aws = self.gathering.managed(arn, place) if isinstance(arn, str) and not written else None
            readings = self.policies.read(written) if written else of_aws
            self.gathering.set_boundary(principal, readings, what, place)

    def _add(self, holder: PolicyHolder | None, written: PlannedPolicy | None, resource: PlannedResource, field: str) -> None:
        if holder is None:
            self._note_unknown(resource, field)
            return
        self._give_unnamed(holder, self.policies.said_of_kms(written), resource)
        for principal in self._principals(holder):
            if written is None or isinstance(written.data, Unknown):
                self.gathering.leave_open(principal, _LATER, resource.where(()))
            else:
                self.gathering.add_policy(principal, self.policies.read(written), written.where)

    def _give_unnamed(self, holder: PolicyHolder, policy: Hashable, resource: PlannedResource) -> None:
        """Note what is given to a group that exists, as who else is in it is not told; None says nothing of KMS."""
        if holder.kind == "group" and holder not in self.new and policy is not None:
            found = Open(f"who is in the group {holder.name}, which has {resource.address}", resource.where(()))
            self.gathering.unnamed[(holder.account, holder.name, policy)] = found

    def _leave_open(self, holder: PolicyHolder, why: str, resource: PlannedResource, which: str = "") -> None:
        for principal in self._principals(holder):
            self.gathering.leave_open(principal, why, resource.where(()), which)

    def _note_unknown(self, resource: PlannedResource, field: str) -> None:
        """Leave every principal open, as a policy with an unknown holder may be anybody's."""
        message = f"{resource.address}: `{field}` is known only after it is applied, so everybody's policies are open"
        self.gathering.note(resource.where(()), "unknown-holder", message)
        for principal in list(self.gathering.principals):
            self.gathering.leave_open(principal, f"{resource.address} may be about it", resource.where(()))

    def _leave_existing_open(self) -> None:
        """Leave open whoever exists already and does not tell what is attached to it, as roles do and users do not."""
        for resource in self._of("aws_iam_role", "aws_iam_user"):
            untold = [field for field in _OF_A_ROLE if not isinstance(resource.values.get(field), list)]
            if resource.known("arn") and untold:
                why = "it exists already, and the file does not tell what is attached to it"
                self.gathering.leave_open(self.arns[self._holder_made(resource)], why, resource.where(()), ", ".join(untold))

    def _leave_others_open(self) -> None:
        """Leave open principals that are not made here, as further policies may be attached elsewhere."""
        made = set(self.arns.values())
        for principal in [one for one in self.gathering.principals if one not in made]:
            places = (held.most.where(()) for holder, held in self.gathering.identity_policies if holder == principal)
            place = next(places, Location(self.gathering.path))
            self.gathering.leave_open(principal, NOT_MADE_HERE, place, NOT_MADE_HERE)

    def _note_exclusive(self) -> None:
        """Tell of whoever is open which resources take away other policies: before these come others may be attached."""
        for resource in self._of(*_EXCLUSIVE):
            field, kind = _EXCLUSIVE[resource.type]
            named = [name for holder in self._holders(resource, field, kind) if holder for name in self._principals(holder)]
            if kind == "group":
                self.gathering.unnamed[resource.address] = Open(f"from whom {resource.address} takes others", resource.where(()))
            is_of_some = all(isinstance(one, str) for one in resource.texts(field))
            for principal in named if is_of_some else list(self.gathering.untold):
                self.gathering.tell_which(principal, resource.address)
        for resource in self._of("aws_iam_policy_attachment"):
            for arn in (one for one in resource.texts("policy_arn") if isinstance(one, str)):
                found = Open(f"from whom {resource.address} takes {arn}", resource.where(()))
                self.gathering.unnamed |= {} if kms_policy(arn) == NOTHING_OF_KMS else {(resource.address, arn): found}
                for principal in self.gathering.untold:
                    self.gathering.tell_which(principal, f"those of which {resource.address} is not, without {arn}")

"""CloudFormation templates as bundles: keys, their policies, and the IAM policies of roles and users.

What only a deployment knows is unknown, never an error and never guessed; a principal whose policies are not all told may have
any.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location
from kmsgen.policy.document import Document
from kmsgen.reading import Dialect, Source, Steps
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.home import Where, arns_of, count_of_keys, home_of
from kmsgen.sources.cloudformation.iam import (
    Access,
    Directory,
    PolicyOfHolder,
    UntoldPolicies,
    access_of,
    boundary_of,
    directory_of,
    is_principal,
    may_be_others,
    maybe,
    members_of,
    principal_of,
    put_in_place,
)
from kmsgen.sources.cloudformation.keys import StackKey, keys_of
from kmsgen.sources.cloudformation.language.evaluation import ToldOfStack
from kmsgen.sources.cloudformation.language.namings import PRINCIPALS
from kmsgen.sources.cloudformation.language.policies import WrittenPolicy
from kmsgen.sources.cloudformation.language.resources import TemplateResource, named_in, section
from kmsgen.sources.cloudformation.named_regions import without_named_regions
from kmsgen.sources.cloudformation.nested import nested_stacks
from kmsgen.sources.cloudformation.stack import Stack, give_key_arns, stack_of
from kmsgen.sources.described import GRANTS, KEY_KIND, KEY_MAKE, NOT_MADE_HERE, STANDS_FOR, Described
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.unknown.readings import Readings, known, read_policy
from kmsgen.sources.unknown.unknown import ABSENT, Unknown
from kmsgen.sources.unknown.untold import TAGS, hide

_LACKS = frozenset({GRANTS})


def is_template_data(data: object) -> bool:
    """Return whether plain data is a CloudFormation template: it has resources, or AWSTemplateFormatVersion with some."""
    resources = section(data, "Resources")
    if resources and isinstance(data, dict) and "AWSTemplateFormatVersion" in data:
        return True
    return any(name.startswith("Fn::ForEach::") or (isinstance(one, dict) and "Type" in one) for name, one in resources.items())


def is_template(source: Source) -> bool:
    """Return whether a file holds a CloudFormation template."""
    return is_template_data(source.data)


DIALECT = Dialect("Resources", {"!Ref": "Ref", "!Condition": "Condition"}, "Fn::", is_template_data)
"""The YAML of templates: tags are short forms of functions, `!Sub x` is `{"Fn::Sub": x}` (intrinsic-function-reference)."""


def read_template(source: Source, beside: Beside) -> Described:
    """Read the keys and IAM policies of a template. Raises InputError with every problem."""
    where = home_of(source, beside)
    home = where.home
    told = ToldOfStack(home, where.sure, beside.parameters, beside.strict)
    arns = arns_of(home, count_of_keys(source.data))
    root = stack_of(source, told)
    give_key_arns(root, arns, known=bool(home.named or home.keys))
    reader = _TemplateReader(source, beside, (root, *nested_stacks(root, told, arns, DIALECT)), where)
    reader.read_keys()
    reader.read_access()
    if reader.problems:
        raise InputError(reader.problems)
    reader.note_home()
    reader.note_parameters(source.data)
    reader.note_defaults()
    return reader.described()


class _TemplateReader:
    """Gathers the keys and IAM policies of all stacks of a template."""

    def __init__(self, source: Source, beside: Beside, stacks: tuple[Stack, ...], where: Where) -> None:
        self.beside = beside
        self.home = where
        self.stacks = stacks
        self.path = source.path
        self.gathering = Gathering(source.path, where=self.place, strict=beside.strict)
        self.problems: list[Diagnostic] = []
        self.keys: list[StackKey] = []
        self.untold_of_keys: Mapping[str, str] = {}
        self.of_aws: list[Document] = []
        self.homes_of_keys: set[tuple[str, str | None]] = set()  # the stack of each key, and its condition
        self.unsure: dict[str, UntoldPolicies] = {}

    def place(self, steps: Steps) -> Location:
        """Return the place of unknown values; their steps begin with the name of the stack."""
        stack = next((one for one in self.stacks if steps and one.name == steps[0]), self.stacks[0])
        return stack.where(steps[1:])

    # --- keys -----------------------------------------------------------------------------------------------------------

    def read_keys(self) -> None:
        """Read the keys of every stack with their policies; faults are collected in `problems`."""
        for stack in self.stacks:
            for one in keys_of(stack):
                self.keys.append(one)
                self.homes_of_keys.add((stack.name, one.resource.condition))
                place = stack.place(one.resource, "KeyPolicy")
                try:
                    self.gathering.add_key(stack.named(one.resource), one.key, self.key_policy(stack, one), place)
                except KmsgenError as error:
                    self.problems += error.diagnostics

    def key_policy(self, stack: Stack, one: StackKey) -> Readings | None:
        """Read a key policy; None if the key gets KMS's default. Raises InputError."""
        if "KeyPolicy" not in one.resource.properties and not stack.macro_in(one.resource):
            return None
        written = stack.policy(one.resource, one.resource.properties.get("KeyPolicy"), "KeyPolicy")
        return None if written.data in (None, ABSENT) else self.readings(stack, written, self.untold(one), "required")

    def untold(self, one: StackKey) -> Mapping[str, str]:
        """Return what is unknown of a key, by the condition keys that read it; tags may be told by an option."""
        return {name: what for name, what in one.untold.items() if not (self.beside.tags and name in TAGS)}

    def readings(self, stack: Stack, written: WrittenPolicy, untold: Mapping[str, str], principals: str) -> Readings:
        """Read a policy in its readings with the most and the least access. Raises InputError."""
        data = hide(written.data, untold, "which the template does not tell")
        if not self.home.region_told:
            data = without_named_regions(data, self.home.home.region)
        found = read_policy(data, written.where, principals)
        placed = (one._replace(steps=(stack.name, *(one.steps or written.steps))) for one in found.unknown)
        return found._replace(unknown=tuple(placed))

    # --- principals -----------------------------------------------------------------------------------------------------

    def read_access(self) -> None:
        """Read the IAM policies of every stack's principals."""
        self.untold_of_keys = {name: what for one in self.keys for name, what in self.untold(one).items()}
        for stack in map(self.asked_about, self.stacks):
            directory = directory_of(stack)
            open_ones = list(may_be_others(stack, self.condition_of_keys(stack)))
            self.unsure = {one.holder: one for one in open_ones}
            for holder in stack.of(*PRINCIPALS):
                arn = principal_of(stack, holder)
                if is_principal(arn):
                    self.gathering.add_principal(arn)
                    self.gathering.made |= {arn} - self.unsure.keys()
                    if pattern := stack.evaluation.references.pattern_of(holder):
                        self.gathering.call(arn, pattern, stack.named(holder), stack.where(holder.steps))
                    if stack.macro:
                        self.gathering.leave_open(arn, f"the macro {stack.macro} may change it", stack.where(holder.steps))
                    self.read_boundary(directory, holder, arn)
                    self.leave_open_elsewhere(stack, holder, arn)
            found = [*open_ones, *access_of(directory), *put_in_place(directory, self.beside.put_in_place)]
            groups = members_of(found)
            for one in found:
                for name in groups.get(one.holder, [one.holder] if is_principal(one.holder) else []):
                    self.add(stack, one, name)

    def asked_about(self, stack: Stack) -> Stack:
        """Return a stack as sure if it holds every key: nobody asks about keys that are not created."""
        inside = [name == stack.name or name.startswith(f"{stack.name}/") for name, _ in self.homes_of_keys]
        return stack._replace(sure=stack.sure or (all(inside) and bool(inside)))

    def condition_of_keys(self, stack: Stack) -> str | None:
        """Return the condition that every key has, all being of this stack; None if they have none in common."""
        (name, condition), *others = [*self.homes_of_keys] or [("", None)]
        return condition if name == stack.name and not others else None

    def leave_open_elsewhere(self, stack: Stack, holder: TemplateResource, arn: str) -> None:
        """Leave a principal open that is handed to a nested stack, module or custom resource of which the file tells nothing."""
        read = {one.name for one in self.stacks}
        for one in stack.of_untold_contents():
            if stack.named(one) not in read and holder.name in named_in(one.properties):
                self.gathering.leave_open(
                    arn, f"{stack.named(one)}, whose contents are not here, may give it more", stack.where(one.steps)
                )

    def add(self, stack: Stack, one: Access, holder: str) -> None:
        """Add what a principal, or a group that it is in, holds; a policy that IAM would refuse leaves it with any policy.

        If an intent tells where the stack is, it also tells what principals made elsewhere have.
        """
        if isinstance(one, UntoldPolicies):
            if not (one.elsewhere and self.beside.home):
                self.gathering.leave_open(holder, one.why, one.place, NOT_MADE_HERE if one.elsewhere else "")
            return
        if isinstance(one, PolicyOfHolder):
            self.note_managed(one)
        if isinstance(one, PolicyOfHolder) and not _is_empty(one.policy):
            try:
                readings = self.readings(stack, self.if_made(one, holder), self.untold_of_keys, "forbidden")
            except KmsgenError as error:
                first = error.diagnostics[0]
                self.gathering.leave_open(holder, f"one of its policies cannot be read: {first.message}", first.location)
                return
            self.gathering.add_policy(holder, readings, one.policy.where)
            if one.of_aws and isinstance(one.policy.data, dict):
                self.of_aws += [readings.most.document, readings.least.document]

    def if_made(self, one: PolicyOfHolder, holder: str) -> WrittenPolicy:
        """Return a policy, which may be absent if its principal, or the group that it is in, may not be made here."""
        unsure = self.unsure.get(one.holder) or self.unsure.get(holder)
        return maybe(one.policy, unsure.why, one.policy.steps) if unsure else one.policy

    def read_boundary(self, directory: Directory, holder: TemplateResource, arn: str) -> None:
        """Read the permissions boundary of a role or user."""
        stack, written = directory.stack, boundary_of(directory, holder)
        if written is None:
            return
        place = stack.where(holder.at("PermissionsBoundary"))
        what = f"the permissions boundary of {arn}"
        if isinstance(written.data, Unknown) or arn in self.unsure:
            self.gathering.set_boundary(arn, None, what, place)
        elif _is_empty(written):
            self.gathering.set_boundary(arn, known(Document(()), written.where), what, place)
        else:
            self.gathering.set_boundary(arn, self.readings(stack, written, self.untold_of_keys, "forbidden"), what, place)

    # --- what to know beside it -----------------------------------------------------------------------------------------

    def note_home(self) -> None:
        """Note that a stand-in is used for the stack's account."""
        if not self.home.sure and self.home.home.account == STANDS_FOR and self.keys:
            self.gathering.stand_for_account(self.home.home, "template")
            if self.home.others and not self.home.unclear:
                named = ", ".join(self.home.others)
                self.gathering.assume(
                    Location(self.path), f"the account of the template is taken to be none that it names ({named})"
                )

    def note_parameters(self, data: object) -> None:
        """Note `--parameter` values for names that the template does not have."""
        text = json.dumps(data)
        for name in self.beside.parameters:
            if not name.startswith("AWS::") and json.dumps(name)[1:-1] not in text:
                message = f"the template has no parameter, import or attribute `{name}`: its value is not used"
                self.gathering.note(Location("--parameter"), "unused-parameter", message)

    def note_managed(self, one: PolicyOfHolder) -> None:
        """Note the date of the AWS managed policies that a principal has."""
        for arn in one.of_aws:
            self.gathering.managed(arn, one.policy.where(()))

    def note_defaults(self) -> None:
        """Note the parameters whose defaults were used."""
        for stack in self.stacks:
            for name in (one for one in stack.evaluation.rested_on if one not in stack.given):
                message = f"the parameter {name} is taken to have its default; tell another value with --parameter {name}=VALUE"
                self.gathering.assume(stack.where(("Parameters", name)), message)

    def described(self) -> Described:
        """Return everything that the template describes."""
        kinds = frozenset() if all(one.kind_told for one in self.keys) else frozenset({KEY_KIND})
        makes = frozenset() if all(one.make_told for one in self.keys) else frozenset({KEY_MAKE})
        described = self.gathering.described(_LACKS | kinds | makes).changed(self.written_here)
        if self.keys and self.home.unclear:
            unclear = Diagnostic(
                Location(self.path), "unknown-key", self.home.unclear, "--key-arn, or --parameter AWS::AccountId=ID"
            )
            return described.changed(lambda one: one._replace(bundle=one.bundle._replace(keys=())))._replace(no_key=unclear)
        if self.keys:
            return described
        return described._replace(no_key=Diagnostic(Location(self.path), "no-key", "no KMS key with a policy is described here"))

    def written_here(self, described: Described) -> Described:
        """Drop the places of AWS managed policies: nobody can correct them in the template."""
        of_aws = {id(one) for one in self.of_aws}
        written = (one for one in described.places.policies if id(one.document) not in of_aws)
        return described._replace(places=described.places._replace(policies=tuple(written)))


def _is_empty(written: WrittenPolicy) -> bool:
    """Return whether a policy has no statement, such as an AWS managed one that does not mention KMS."""
    return isinstance(written.data, dict) and written.data.get("Statement") == []

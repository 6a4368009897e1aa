"""The IAM policies of all intents of a run, by principal: a Terraform module and CloudFormation templates an account.

They are fed by the ARNs of the keys, which the modules and stacks of the intents put out. The deployers' policies come apart here
too.
Source: IAM User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kmsgen.arn import account_of
from kmsgen.compiler.identity_policy import MANAGED_POLICIES, MANAGED_POLICY_CHARACTERS
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from kmsgen.policy.written_policy import description
from kmsgen.reading import parse
from kmsgen.render import cloudformation, deployer, identity_policies
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.claims import by_default
from kmsgen.render.deployment import key_id
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.merging.halves import FOLDER, Halves
from kmsgen.render.merging.intents import IntentsOfRun, Keyed
from kmsgen.render.merging.placing import Homes, Placed, moves, placed
from kmsgen.render.merging.stacks import templates
from kmsgen.render.merging.statements import accesses
from kmsgen.render.names import Holder, attachable_kind, holders, parts, policy_name, resource_camel, resource_words
from kmsgen.render.read_back import resolved, same
from kmsgen.render.references import KeyReference, KeyReferences
from kmsgen.render.terraform import modules
from kmsgen.render.terraform.hcl import Expression, text
from kmsgen.render.terraform.module import Module

OF_ALL = "every intent of kmsgen.toml"
TOO_MANY_HINT = (
    "give parts of the estate principals of their own, say less in IAM with `delegation: key-policy`, have the quota raised and"
    " say so, `managed-policies = 20` in kmsgen.toml, or write the policies for others to attach: `iam: write`"
)

Policies = dict[str, Placed]
Before = Mapping[str, Mapping[str, Homes]]
OTHERS, OWN = "policies", "deployers"
Label = Callable[[str], str]


def render(
    found: Collection[Halves], formats: Iterable[str], before: Before = MappingProxyType({}), quota: int = MANAGED_POLICIES
) -> Rendering:
    """Write the IAM policies of a run's intents, merged. `before` are the homes of the last render.

    Raises RefusedError where a principal would have more policies than the quota lets IAM attach, where intents differ in who
    attaches those of one principal, and where a file does not say what the intents do.
    """
    wanted = frozenset(formats) & {"terraform", "cloudformation"}
    if not wanted:
        return Rendering((), ())
    others, own = _merged(found, before, quota, own=False), _merged(found, before, quota, own=True)
    run = IntentsOfRun.of(found)
    _refuse_many(run, others, own, quota)
    artifacts: list[Artifact] = []
    notes: list[str] = list(_moved({**others, **own}))
    for policies, is_own in ((others, False), (own, True)):
        for account, held in _by_account(policies).items():
            one = _Account(run, account, held, is_own)
            if "terraform" in wanted:
                artifacts += one.module()
            if "cloudformation" in wanted:
                artifacts += one.templates()
            notes += one.notes()
    homes = {kind: {arn: one.homes for arn, one in held.items()} for kind, held in ((OTHERS, others), (OWN, own))}
    told = (*dict.fromkeys(notes), *cloudformation.long_templates(artifacts))
    return Rendering(tuple(artifacts), told, homes=homes)


def _by_account(policies: Policies) -> dict[str, Policies]:
    found: dict[str, Policies] = {}
    for arn, held in policies.items():
        found.setdefault(account_of(arn) or "", {})[arn] = held
    return found


def homes_of(manifest: Mapping[str, Any]) -> Before:
    """Return what a manifest tells of where merged policies had what; nothing where it tells none of that."""
    told = manifest.get("homes")
    kinds = {kind: told[kind] for kind in (OTHERS, OWN) if isinstance(told.get(kind), dict)} if isinstance(told, dict) else {}
    return {kind: {arn: homes for arn, held in one.items() if (homes := _homes(held))} for kind, one in kinds.items()}


def _homes(held: object) -> Homes:
    lists = held if isinstance(held, list) else []
    return tuple(tuple(map(str, one)) if isinstance(one, list) else () for one in lists)


def _moved(policies: Policies) -> Iterator[str]:
    """Yield the note on access that moves between the policies of a principal, since one has no room any more."""
    for arn, one in policies.items():
        if one.moved:
            yield (
                f"{FOLDER}: access of `{arn}` to {one.moved} resources moves from one of its policies to another, since there is"
                " no room where it was: it pauses until both are deployed"
            )


def _merged(found: Collection[Halves], homes: Before, quota: int, *, own: bool) -> Policies:
    """Return the policies of each principal. Raises RefusedError where they would not say what they said apart."""
    before: dict[str, list[Document]] = {}
    places: dict[str, Location] = {}
    for halves in found:
        for arn, documents in halves.documents(own=own).items():
            before.setdefault(arn, []).extend(documents)
            places.setdefault(arn, Location(halves.path))
    last = homes.get(OWN if own else OTHERS, {})
    after: Policies = {}
    wrong: list[str] = []
    for arn in sorted(before):
        apart = before.pop(arn)  # of an estate there are many: they go when they are merged
        after[arn] = _placed(apart, last.get(arn, ()), places[arn], quota)
        if accesses(after[arn].documents.values()) != accesses(apart):
            wrong.append(arn)
    if wrong:
        raise _refused("read-back", f"merged, the IAM policies do not say what was proved: {', '.join(wrong)}")
    return after


def _placed(documents: list[Document], homes: Homes, place: Location, quota: int) -> Placed:
    """Return a principal's policies with each resource where it was, or in as few as can be where these are too many."""
    found = placed(documents, homes, place)
    if len(found.documents) <= quota or not homes:
        return found
    anew = placed(documents, (), place)
    return found if len(anew.documents) >= len(found.documents) else anew._replace(moved=moves(homes, anew.homes))


def _refuse_many(run: IntentsOfRun, others: Policies, own: Policies, quota: int) -> None:
    """Refuse what IAM would not attach, counted over the run; what is attached to nobody here is as many as it takes."""
    problems = []
    for arn in dict.fromkeys((*others, *own)):
        attached = run.attaching[arn]
        count = sum(len(held[arn].documents) for held in (others, own) if arn in held)
        if count > quota and True in attached and attachable_kind(arn):
            needed = f"{count} IAM policies of {MANAGED_POLICY_CHARACTERS:,} characters"
            message = f"`{arn}` would need {needed} over {attached.total()} intents"
            problems.append((f"{message}; at most {quota} can be attached{by_default(quota)}", TOO_MANY_HINT))
        if len(attached) > 1:
            message = f"some intents attach the IAM policies of `{arn}` and some only write them"
            problems.append((f"{message}: merged, they are one or the other", ""))
    if problems:
        raise RefusedError([Diagnostic(Location("kmsgen.toml"), "too-many-policies", *one) for one in problems])


def _refused(code: str, message: str) -> RefusedError:
    return RefusedError([Diagnostic(Location("kmsgen.toml"), code, message)])


class _Account:
    """The merged policies of one account, `own` those of deployers."""

    def __init__(self, run: IntentsOfRun, account: str, policies: Policies, own: bool) -> None:  # noqa: FBT001 - one of two
        self.run, self.account, self.policies, self.own = run, account, policies, own
        self.keys = run.named_in(document for held in policies.values() for document in held.documents.values())

    def module(self) -> list[Artifact]:
        """Return the files of the Terraform module."""
        folder = f"{deployer.FOLDER if self.own else modules.FOLDER}/account-{self.account}"
        of_keys = (KeyReference(one.key_arn, *_by_intent(one.intent)) for one in self.keys)
        given = tuple(one.intent for one in self.keys)
        reference = KeyReferences(of_keys)
        held = self._named(resource_words)
        return list(modules.files(Module(folder, OF_ALL, self.account, reference=reference, policies=held, given_keys=given)))

    def templates(self) -> Iterator[Artifact]:
        """Yield the CloudFormation templates, read back."""
        ids = frozenset(key_id(one.key_arn) for one in self.keys)
        for artifact, policies in templates(self._named(cloudformation.label), ids, self._template):
            self._confirm(artifact, policies)
            yield artifact

    def _template(self, suffix: str, policies: Sequence[IdentityPolicy]) -> Artifact:
        folder = deployer.FOLDER if self.own else cloudformation.FORMAT
        parameters = _parameters(self.run.named_in(one.document for one in policies))
        of_keys = (cloudformation.reference_of(one.key_arn, {"Ref": name}) for name, one in parameters.items())
        template = cloudformation.Template(
            f"{folder}/template-{self.account}{suffix}.yaml",
            f"IAM policies of account {self.account} of {OF_ALL}",
            self.account,
            self.run.region,
            reference=KeyReferences(of_keys),
            policies=tuple(policies),
            given_keys=tuple((name, one.intent) for name, one in parameters.items()),
        )
        return cloudformation.artifact(template, OF_ALL, Location("kmsgen.toml"))

    def notes(self) -> Iterator[str]:
        """Yield what is to be done with what is attached to nobody."""
        yield from (f"{FOLDER}: {note}" for note in identity_policies.unattached(self._named(resource_words)))

    def _named(self, label: Label) -> tuple[IdentityPolicy, ...]:
        found = holders(self.policies, self.account)
        return tuple(one for arn, holder in found.items() for one in self._of(arn, holder, label))

    def _of(self, arn: str, holder: Holder, label: Label) -> Iterator[IdentityPolicy]:
        attached = holder if self.run.attaching[arn][True] else holder._replace(kind="")
        # no intent has a plus in its name, so these are the names of no other policies
        prefix = "kmsgen+deployer" if self.own else "kmsgen+iam"
        documents = self.policies[arn].documents
        labels = parts(holder.own_label, max(documents, default=0), arn)
        for part, document in ((labels[number - 1], document) for number, document in documents.items()):
            yield IdentityPolicy(label(part), policy_name(prefix, part), description("", arn), document, attached)

    def _confirm(self, artifact: Artifact, policies: Sequence[IdentityPolicy]) -> None:
        """Refuse a template that, read again from its text, does not hold its policies."""
        arns = {name: one.key_arn for name, one in _parameters(self.run.named_in(one.document for one in policies)).items()}
        resources = parse(artifact.text, artifact.path).data["Resources"].values()
        read = [parse_document(resolved(one["Properties"]["PolicyDocument"], arns)) for one in resources]
        if not same(read, [one.document for one in policies]):
            raise _refused("read-back", f"the rendering does not say what was proved: {artifact.path}")


def _parameters(found: Iterable[Keyed]) -> dict[str, Keyed]:
    """Return the parameter through which a stack is told of the key of each."""
    return {f"KeyArn{resource_camel(one.intent)}": one for one in found}


def _by_intent(intent: str) -> tuple[Expression, Expression]:
    """Return expressions for the ARN and the id of an intent's key."""
    arn = f"var.key_arns[{text(intent)}]"
    return Expression(arn), Expression(f'split("/", {arn})[1]')

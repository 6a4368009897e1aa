"""The IAM policies of all intents of a run, by principal: a Terraform module and a CloudFormation template an account.

They are fed by the ARNs of the keys, which the modules and stacks of the intents put out. The deployers' policies come apart here
too.
Source: IAM User Guide, "IAM and AWS STS quotas"; CloudFormation User Guide, "CloudFormation quotas" (parameters of a template).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kmsgen.arn import account_of
from kmsgen.compiler.identity_policy import MANAGED_POLICIES
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from kmsgen.policy.written_policy import description
from kmsgen.reading import parse
from kmsgen.render import cloudformation, deployer, identity_policies
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.merging.halves import FOLDER, Halves
from kmsgen.render.merging.statements import accesses, merged
from kmsgen.render.names import Holder, holders, parts, policy_name, resource_camel, resource_words
from kmsgen.render.read_back import resolved, same
from kmsgen.render.references import KeyReference, KeyReferences, names_key
from kmsgen.render.terraform import modules
from kmsgen.render.terraform.hcl import Expression, text
from kmsgen.render.terraform.module import Module

OF_ALL = "every intent of kmsgen.toml"
TEMPLATE_PARAMETERS = 200

Policies = dict[str, tuple[Document, ...]]
Label = Callable[[str], str]


def render(found: Sequence[Halves], formats: Iterable[str]) -> Rendering:
    """Write the IAM policies of a run's intents, merged.

    Raises RefusedError where a principal would have more policies than IAM attaches by default, where intents differ in who
    attaches those of one principal, where a template would have too many parameters, and where a file does not say what the
    intents do.
    """
    wanted = frozenset(formats)
    others, own = _merged(found, own=False), _merged(found, own=True)
    _refuse_many(found, others, own)
    artifacts: list[Artifact] = []
    notes: list[str] = []
    for policies, is_own in ((others, False), (own, True)):
        for account in dict.fromkeys(account_of(arn) or "" for arn in policies):
            one = _Account(found, account, {arn: held for arn, held in policies.items() if account_of(arn) == account}, is_own)
            if "terraform" in wanted:
                artifacts += one.module()
            if "cloudformation" in wanted:
                artifacts.append(one.template())
            if wanted & {"terraform", "cloudformation"}:
                notes += one.notes()
    return Rendering(tuple(artifacts), (*dict.fromkeys(notes), *cloudformation.long_templates(artifacts)))


def _merged(found: Sequence[Halves], *, own: bool) -> Policies:
    """Return the policies of each principal. Raises RefusedError where they would not say what they said apart."""
    before: dict[str, list[Document]] = {}
    places: dict[str, Location] = {}
    for halves in found:
        for arn, documents in halves.documents(own=own).items():
            before.setdefault(arn, []).extend(documents)
            places.setdefault(arn, Location(halves.path))
    after = {arn: merged(arn, documents, places[arn]) for arn, documents in sorted(before.items())}
    if wrong := [arn for arn in after if accesses(after[arn]) != accesses(before[arn])]:
        raise _refused("read-back", f"merged, the IAM policies do not say what was proved: {', '.join(wrong)}")
    return after


def _refuse_many(found: Sequence[Halves], others: Policies, own: Policies) -> None:
    """Refuse what IAM would not attach, counted over the run."""
    problems = []
    for arn in dict.fromkeys((*others, *own)):
        count = len(others.get(arn, ())) + len(own.get(arn, ()))
        if count > MANAGED_POLICIES:
            message = (
                f"`{arn}` would need {count} IAM policies over {len(found)} intents; at most {MANAGED_POLICIES} can be attached"
            )
            problems.append(message)
        if len({one.attaches for one in found if arn in one.policies or arn in one.own}) > 1:
            problems.append(
                f"some intents attach the IAM policies of `{arn}` and some only write them: merged, they are one or the other"
            )
    if problems:
        raise RefusedError([Diagnostic(Location("kmsgen.toml"), "too-many-policies", one) for one in problems])


def _refused(code: str, message: str) -> RefusedError:
    return RefusedError([Diagnostic(Location("kmsgen.toml"), code, message)])


class _Account:
    """The merged policies of one account, `own` those of deployers."""

    def __init__(self, found: Sequence[Halves], account: str, policies: Policies, own: bool) -> None:  # noqa: FBT001 - one of two
        self.account, self.policies, self.own = account, policies, own
        documents = [document for held in policies.values() for document in held]
        self.keys = [one for one in found if one.key_arn and any(names_key(document, one.key_arn) for document in documents)]
        self.region = next((one.region for one in found if one.region), "")
        self.attaching = {arn for one in found if one.attaches for arn in (*one.policies, *one.own)}

    def module(self) -> list[Artifact]:
        """Return the files of the Terraform module."""
        folder = f"{deployer.FOLDER if self.own else modules.FOLDER}/account-{self.account}"
        of_keys = (KeyReference(one.key_arn, *_by_intent(one.intent)) for one in self.keys)
        given = tuple(one.intent for one in self.keys)
        reference = KeyReferences(tuple(of_keys))
        held = self._named(resource_words)
        return list(modules.files(Module(folder, OF_ALL, self.account, reference=reference, policies=held, given_keys=given)))

    def template(self) -> Artifact:
        """Return the CloudFormation template, read back."""
        folder = deployer.FOLDER if self.own else cloudformation.FORMAT
        parameters = {f"KeyArn{resource_camel(one.intent)}": one for one in self.keys}
        if len(parameters) > TEMPLATE_PARAMETERS:
            message = f"the IAM policies of account {self.account} name the keys of {len(parameters)} intents; a template takes"
            raise _refused(
                "too-many-parameters", f"{message} {TEMPLATE_PARAMETERS} parameters: leave out the format cloudformation"
            )
        of_keys = tuple(cloudformation.reference_of(one.key_arn, {"Ref": name}) for name, one in parameters.items())
        template = cloudformation.Template(
            f"{folder}/template-{self.account}.yaml",
            f"IAM policies of account {self.account} of {OF_ALL}",
            self.account,
            self.region,
            reference=KeyReferences(of_keys),
            policies=self._named(cloudformation.label),
            given_keys=tuple((name, one.intent) for name, one in parameters.items()),
        )
        artifact = cloudformation.artifact(template, OF_ALL, Location("kmsgen.toml"))
        self._confirm(artifact, {name: one.key_arn for name, one in parameters.items()})
        return artifact

    def notes(self) -> Iterator[str]:
        """Yield what is to be done with what is attached to nobody."""
        yield from (f"{FOLDER}: {note}" for note in identity_policies.unattached(self._named(resource_words)))

    def _named(self, label: Label) -> tuple[IdentityPolicy, ...]:
        found = holders(self.policies, self.account)
        return tuple(one for arn, holder in found.items() for one in self._of(arn, holder, label))

    def _of(self, arn: str, holder: Holder, label: Label) -> Iterator[IdentityPolicy]:
        attached = holder if arn in self.attaching else holder._replace(kind="")
        # no intent has a plus in its name, so these are the names of no other policies
        prefix = "kmsgen+deployer" if self.own else "kmsgen+iam"
        for part, document in zip(parts(holder.own_label, len(self.policies[arn]), arn), self.policies[arn], strict=True):
            yield IdentityPolicy(label(part), policy_name(prefix, part), description("", arn), document, attached)

    def _confirm(self, artifact: Artifact, arns: dict[str, str]) -> None:
        """Refuse a template that, read again from its text, does not hold the merged policies."""
        resources = parse(artifact.text, artifact.path).data["Resources"].values()
        read = [parse_document(resolved(one["Properties"]["PolicyDocument"], arns)) for one in resources]
        if not same(read, [document for held in self.policies.values() for document in held]):
            raise _refused("read-back", f"the rendering does not say what was proved: {artifact.path}")


def _by_intent(intent: str) -> tuple[Expression, Expression]:
    """Return expressions for the ARN and the id of an intent's key."""
    arn = f"var.key_arns[{text(intent)}]"
    return Expression(arn), Expression(f'split("/", {arn})[1]')

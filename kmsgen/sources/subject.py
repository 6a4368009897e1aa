"""Forms of input files, for every command: one table of how each is recognised and read.

A file is read once, so that a pipe will do. Every form is read into a bundle with the places of its parts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.errors import InputError, KmsgenError, Location, input_error, together
from kmsgen.policy.bundle import ALIASES, KEY_ID, KIND, MULTI_REGION, NEW_KEY_ID, ORIGIN, REGION, Bundle, Key
from kmsgen.reading import MAX_JSON_BYTES, Lines, Source, parse, read_file, read_or_stream
from kmsgen.sources import intent_file, key_policy, rendered_folder
from kmsgen.sources.aws_output import answers as aws_output
from kmsgen.sources.beside import NOTHING, Beside, read_beside
from kmsgen.sources.cloudformation import template
from kmsgen.sources.described import KEY_KIND, KEY_MAKE, KEY_REGION, OPTIONS, Described, Open
from kmsgen.sources.folders import MANIFEST, is_rendered_folder
from kmsgen.sources.scenario import scenario
from kmsgen.sources.terraform import plan as terraform_plan

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent


class Form(NamedTuple):
    """A form of file. `holds_everything`: no options may add to it; `read_before` reads the state before a change."""

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source, Beside], Described]
    holds_everything: bool = False
    read_before: Callable[[Source, Beside], Described] | None = None


INTENT = Form("an intent", intent_file.is_intent, intent_file.read_intent, holds_everything=True)
SCENARIO = Form("a scenario", scenario.is_scenario, scenario.read_scenario, holds_everything=True)
IAM_POLICY = Form("an IAM policy", key_policy.is_iam_policy, key_policy.read_iam_policy)
KEY_POLICY = Form("a key policy", key_policy.is_key_policy, key_policy.read_key_policy)
PLAN = Form("a Terraform plan or state", terraform_plan.is_plan, terraform_plan.read_plan, read_before=terraform_plan.read_before)
TEMPLATE = Form("a CloudFormation template", template.is_template, template.read_template)
FOLDER = Form("a folder that `render` wrote", rendered_folder.is_manifest, rendered_folder.read_rendered_folder)

ANSWER = Form("what the AWS command line prints", aws_output.is_answer, aws_output.read_answers)
ANSWERS = Form("a folder of what the AWS command line prints", aws_output.is_folder, aws_output.read_answers)

FORMS = (IAM_POLICY, KEY_POLICY, ANSWERS, ANSWER, FOLDER, INTENT, SCENARIO, PLAN, TEMPLATE)
"""In this order; the first form that recognises a file is its form."""


class Subject(NamedTuple):
    """What a command is about: a file, its form, and what it describes."""

    path: str
    form: Form
    described: Described

    @property
    def bundle(self) -> Bundle:
        """The keys with everything that applies to them, in the reading with the most access."""
        return self.described.bundle

    @property
    def intent(self) -> Intent | None:
        """The intent that the bundle was compiled from; None for other files."""
        return self.described.intent

    @property
    def tells_kind(self) -> bool:
        """Whether the file tells the spec and usage of its keys."""
        return KEY_KIND not in self.described.lacks

    @property
    def untold(self) -> frozenset[str]:
        """What the file leaves open of its keys; a plan, template or intent knows only the aliases that it creates itself."""
        if self.intent is not None:
            return self.intent.untold
        if self.form in (SCENARIO, ANSWER, ANSWERS) and not self.described.lacks:
            return frozenset()
        lacks = (what for lack in self.described.lacks for what in _UNTOLD.get(lack, ()))
        return frozenset(lacks) | (frozenset() if self.form in (SCENARIO, ANSWER, ANSWERS) else {ALIASES})

    @property
    def opened(self) -> Subject:
        """The subject with `untold` properties of its keys left open."""
        untold = self.untold

        def of(one: Described) -> Described:
            keys = (held._replace(key=_opened(held.key, untold)) for held in one.bundle.keys)
            return one._replace(bundle=one.bundle._replace(keys=tuple(keys)))

        return self._replace(described=self.described.changed(of)) if untold else self

    @property
    def governed(self) -> bool:
        """Whether the key policies are the file's own; if not, only described principals matter."""
        return self.intent is None or self.intent.governed

    @property
    def account(self) -> str:
        """The account of the first key, else of the intent."""
        arn = parse_arn(self.bundle.keys[0].key.arn) if self.bundle.keys else None
        return arn.account if arn else self.intent.scope.account if self.intent else ""

    @property
    def partition(self) -> str:
        """The partition of the first key, else of the intent."""
        arn = parse_arn(self.bundle.keys[0].key.arn) if self.bundle.keys else None
        return arn.partition if arn else self.intent.scope.partition if self.intent else "aws"

    @property
    def least(self) -> Subject:
        """The subject in the reading with the least access."""
        return self._replace(described=self.described.narrow or self.described)

    @property
    def least_undenied(self) -> Subject:
        """The same, but that no further policies of principals deny anything, as those of whom nothing describes do not."""
        least = self.least
        return least._replace(described=least.described.without_further(least.described.further))

    @property
    def of_named(self) -> Subject | None:
        """The subject with every unknown account taken as one that its key policies name; None if that makes no difference."""
        return self._replace(described=self.described.named) if self.described.named else None

    def unknown_of(self, key: str) -> tuple[Open, ...]:
        """Return what is unknown and may matter for a key, without what concerns other keys only."""
        if not self.described.unknown:
            return ()
        others = {access.key.arn for access in self.bundle.keys} - {key}
        return tuple(one for one in self.described.unknown if one.holder not in others)

    def by_key(self) -> tuple[Bundle, ...]:
        """Return the bundle once for each key, with that key first."""
        return tuple(map(self.about, range(len(self.bundle.keys))))

    def about(self, number: int) -> Bundle:
        """Return the bundle with one key first, by its number from 0."""
        keys = self.bundle.keys
        return self.bundle._replace(keys=(keys[number], *keys[:number], *keys[number + 1 :]))

    def about_keys(self) -> Subject:
        """Return the subject itself. Raises InputError if it has no key to ask about."""
        if self.described.no_key is not None:
            raise InputError([self.described.no_key])
        return self


_UNTOLD = {KEY_KIND: (KIND,), KEY_MAKE: (ORIGIN, MULTI_REGION), KEY_REGION: (REGION,)}
"""Properties of a key that are untold, by what a form of file lacks."""


def _opened(key: Key, untold: frozenset[str]) -> Key:
    """Return a key with what is untold of it; a real id tells whether it is multi-Region, but not whether it is the primary."""
    told = KEY_ID not in untold and not key.arn.rpartition("/")[2].startswith(NEW_KEY_ID[:-4])
    if key.multi_region:
        untold |= {MULTI_REGION}
    return key._replace(untold=key.untold | (untold - {MULTI_REGION} if told and not key.multi_region else untold))


class Identified(NamedTuple):
    """A file with its form, not yet read into a bundle, as that depends on options."""

    path: str
    source: Source
    form: Form

    def read(self, beside: Beside) -> Subject:
        """Read the file with the options besides it. Raises KmsgenError with every problem of all of them."""
        if not beside.given:
            return Subject(self.path, self.form, self.form.read(self.source, beside))
        if self.form.holds_everything:
            raise nothing_beside(self.path, self.form)
        return Subject(self.path, self.form, self._joined(beside))

    def sides(self, beside: Beside) -> tuple[Subject, Subject]:
        """Read a plan's state before and after the change. Raises KmsgenError."""
        if self.form.read_before is None or not terraform_plan.has_both_sides(self.source):
            hint = "name two files, or a plan as `terraform show -json PLANFILE` prints it"
            raise input_error(Location(self.path), "usage", f"{self.form.name} has no other side to compare", hint)
        before = Subject(self.path, self.form, self.form.read_before(self.source, beside))
        return before, self.read(beside)

    def _joined(self, beside: Beside) -> Described:
        failures: list[KmsgenError] = []
        try:
            described = self.form.read(self.source, beside)
        except KmsgenError as error:
            failures.append(error)
        try:
            more = read_beside(beside)
        except KmsgenError as error:
            failures.append(error)
        if failures:
            raise together(failures)
        return _of_kind(more.joined(described), beside)


def _of_kind(described: Described, beside: Beside) -> Described:
    """Return what a file describes, its keys with the spec, usage and tags given by options."""
    kind, tags = beside.kind, beside.tags

    def told(one: Described) -> Described:
        keys = one.bundle.keys
        if kind:
            keys = tuple(held._replace(key=held.key._replace(spec=kind[0], usage=kind[1])) for held in keys)
        if tags:
            keys = tuple(held._replace(key=held.key._replace(tags=tags)) for held in keys)
        return one._replace(bundle=one.bundle._replace(keys=keys), lacks=one.lacks - {KEY_KIND} if kind else one.lacks)

    return described.changed(told)


def nothing_beside(path: str, form: Form) -> InputError:
    """Build the error for options that a form does not take, as it holds everything itself."""
    message = f"{OPTIONS} stand beside policies that do not tell these"
    return input_error(Location(path), "not-a-policy", message, f"{form.name} holds these itself")


def identify(path: str, otherwise: Form | None = None) -> Identified:
    """Read a file (of a folder its manifest) and find its form; `otherwise` is the form of unrecognised files.

    Raises InputError.
    """
    answers = aws_output.folder_of_answers(path) if _is_folder(path) and not is_rendered_folder(path) else None
    return _identified(path, answers or read_file(_file_of(path), MAX_JSON_BYTES, template.DIALECT), otherwise)


def identify_text(path: str, text: str) -> Identified:
    """Tell the form of a text that was read from a path already. Raises InputError."""
    return _identified(path, parse(text, path, template.DIALECT), None)


def identify_or_stream(path: str, otherwise: Form | None = None) -> Identified | Lines:
    """Do as `identify`, but return JSON Lines (a scenario each) unread, as there may be any number."""
    if _is_folder(path):
        return identify(path, otherwise)
    found = read_or_stream(path, dialect=template.DIALECT, most=MAX_JSON_BYTES)
    return _identified(path, found, otherwise) if isinstance(found, Source) else found


def _is_folder(path: str) -> bool:
    return path != "-" and Path(path).is_dir()


def _file_of(path: str) -> str | Path:
    return Path(path, MANIFEST) if _is_folder(path) else path


def _identified(path: str, source: Source, otherwise: Form | None) -> Identified:
    form = next((form for form in FORMS if form.recognises(source)), otherwise)
    if form is None or (_is_folder(path) and form not in (FOLDER, ANSWERS)):
        names = f"{', '.join(one.name.partition(' ')[2] for one in FORMS[:-1])} or {FORMS[-1].name.partition(' ')[2]}"
        hint = "a key policy has `Statement`, an intent `kmsgen: 1`, a scenario `key`; a plan comes from `terraform show -json`"
        raise input_error(Location(path), "unknown-file", f"this is no {names}", hint)
    return Identified(path, source, form)


def is_folder_of_intents(path: str) -> bool:
    """Return whether a path is a folder of intents: one that neither `render` nor the AWS CLI wrote."""
    return _is_folder(path) and not is_rendered_folder(path) and not aws_output.folder_of_answers(path)


def read_subject(path: str, beside: Beside = NOTHING) -> Subject:
    """Read a file with options into a subject that has a key. Raises KmsgenError."""
    return identify(path).read(beside).about_keys()

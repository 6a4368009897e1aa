"""What a command is asked about: an intent, a scenario, a key policy with what stands beside it, a plan, a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.errors import Location, input_error
from kmsgen.policy.bundle import Bundle
from kmsgen.reading import Source, read_file
from kmsgen.sources.key_kinds import every_kind
from kmsgen.sources.key_policy import Beside, is_policy, read_policy
from kmsgen.sources.scenario import is_scenario, read_scenarios

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent


class Subject(NamedTuple):
    """A bundle, the intent that it was compiled from if there is one, and what the file does not tell.

    `tells_kind`: whether the file says of which spec and usage the key is; a bare policy does not.
    """

    path: str
    bundle: Bundle
    intent: Intent | None = None
    notes: tuple[str, ...] = ()
    tells_kind: bool = True

    @property
    def governed(self) -> bool:
        """Whether the key policies are the file's own: else nobody but the principals described is its business."""
        return self.intent is None or self.intent.governed

    @property
    def account(self) -> str:
        """The account of the first key, or of the intent."""
        arn = parse_arn(self.bundle.keys[0].key.arn) if self.bundle.keys else None
        return arn.account if arn else self.intent.scope.account if self.intent else ""

    @property
    def partition(self) -> str:
        """The partition of the first key, or of the intent."""
        arn = parse_arn(self.bundle.keys[0].key.arn) if self.bundle.keys else None
        return arn.partition if arn else self.intent.scope.partition if self.intent else "aws"

    def by_key(self) -> tuple[Bundle, ...]:
        """Return the bundle once for each key, with that key first."""
        keys = self.bundle.keys
        return tuple(self.bundle._replace(keys=(one, *(other for other in keys if other is not one))) for one in keys)

    def by_kind(self, bundle: Bundle) -> tuple[Bundle, ...]:
        """Return the bundle once for each kind of key that its first key could be."""
        return (bundle,) if self.tells_kind else every_kind(bundle)


def load(path: str, beside: Beside) -> Subject:
    """Read what a file holds. Raises InputError."""
    if path == "-":
        return _of_intent(path, beside)
    source = read_file(path)
    data = source.data
    if is_policy(data):
        return Subject(path, read_policy(source, beside), tells_kind=False)
    if isinstance(data, dict) and "kmsgen" in data:
        return _of_intent(path, beside)
    if is_scenario(data):
        _refuse_beside(path, beside)
        return Subject(path, read_scenarios(source)[0].bundle)
    return _of_infrastructure(source, beside)


def _of_intent(path: str, beside: Beside) -> Subject:
    from kmsgen.compiler import compile_intent  # noqa: PLC0415 - pydantic is loaded only where an intent is
    from kmsgen.intent import load_intent  # noqa: PLC0415

    _refuse_beside(path, beside)
    intent = load_intent(path)
    compiled = compile_intent(intent)
    return Subject(path, compiled.bundle, intent, tuple(map(str, compiled.notes)))


def _refuse_beside(path: str, beside: Beside) -> None:
    if beside.given:
        message = "--key-arn, --identity-policy and --grants stand beside a key policy only"
        raise input_error(Location(path), "not-a-policy", message, "an intent or a scenario holds these itself")


def _of_infrastructure(source: Source, beside: Beside) -> Subject:
    from kmsgen.sources import cloudformation_template, terraform_plan  # noqa: PLC0415 - read only where such a file is
    from kmsgen.sources.described import place_of  # noqa: PLC0415

    for is_one, texts, read in (
        (terraform_plan.is_plan, terraform_plan.key_policy_texts, terraform_plan.read_plan),
        (cloudformation_template.is_template, cloudformation_template.key_policy_texts, cloudformation_template.read_template),
    ):
        if is_one(source.data):
            existing = read(source, place_of(texts(source.data), beside.key_arn, source.path))
            return Subject(source.path, existing.bundle, notes=existing.notes)
    raise input_error(
        Location(source.path),
        "unknown-file",
        "this is no intent, scenario, key policy, Terraform plan or CloudFormation template",
        "a key policy has `Statement`, an intent `kmsgen: 1`, a scenario `key`",
    )

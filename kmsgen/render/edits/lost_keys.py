"""Keys that an edit takes away: KMS changes none of what a key is made as, and what only a key can decrypt is lost with it.

Source: KMS Developer Guide, "Create a KMS key" (key spec, key usage, origin, multi-Region and Region are fixed) and "Delete a KMS
key"; hashicorp/aws, aws_kms_key (arguments that force a new resource).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from kmsgen.arn import account_of, region_of
from kmsgen.errors import Diagnostic, Location
from kmsgen.policy.bundle import KeyAccess
from kmsgen.render.cloudformation import creates_key
from kmsgen.render.deployment import Deployment
from kmsgen.render.history import TOOLS, RenderedKey, rendered_keys
from kmsgen.render.terraform.addresses import creating_type
from kmsgen.resources import Format

# What KMS fixes when it creates a key, by the name that a user's file has for it.
FIXED: dict[str, Callable[[RenderedKey], str | None]] = {
    "scope.account": lambda key: account_of(key.arn),
    "scope.regions": lambda key: region_of(key.arn),
    "key.spec": lambda key: key.spec,
    "key.usage": lambda key: key.usage,
    "key.origin": lambda key: key.origin,
    "key.multi_region": lambda key: str(key.multi_region).lower(),
}
# What creates a key of a kind, by the format; a falsy answer: nothing of it does, the key is made by a call and named to it.
CREATING: Mapping[str, Callable[[KeyAccess], object]] = {
    Format.CLOUDFORMATION: creates_key,
    Format.TERRAFORM: creating_type,
}
HINT = "undo the edit; to end the key on purpose see docs/ending-a-key.md, then render with `--replace-key`"
TAKEN_OVER = "render both formats; to have the other tool take the key over see docs/ending-a-key.md, then use `--replace-key`"


def replacements(deployment: Deployment, place: Location, formats: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return what of the last render's key is lost by this one; `place` is where the intent says which keys are meant."""
    problems = [(problem, HINT) for problem in _lost(deployment)] or [
        (one, TAKEN_OVER) for one in _made_anew(deployment, formats)
    ]
    return tuple(Diagnostic(place, "key-would-be-replaced", problem, hint) for problem, hint in problems)


def _made_anew(deployment: Deployment, formats: Collection[str]) -> Iterator[str]:
    """Yield the tools that would create a key which another one made: the last render was for that one alone."""
    before, now = deployment.history.tools, [tool for tool in TOOLS if tool in formats]
    if deployment.new_key is None or not before or not set(before).isdisjoint(now):
        return
    for tool in now:
        if CREATING[tool](deployment.new_key):
            made = f"what the last render created by `{before[0]}`"
            yield f"`{tool}` takes another key: {made} is lost to whoever goes on with what this one creates"


def _lost(deployment: Deployment) -> Iterator[str]:
    before = deployment.history.created
    if before is None:
        return
    if deployment.new_key is None:
        yield f"no key is created any more: what only the one rendered before ({_called(before)}) can {_does(before)} is lost"
        return
    now = next(key for key in rendered_keys(deployment.bundle.keys) if key.created)
    for name, told in FIXED.items():
        if told(before) != told(now):
            change = f"`{name}` changes from `{told(before)}` to `{told(now)}`"
            yield f"{change}, which takes another key: what only the one rendered before can {_does(before)} is lost"
    yield from _without(before.replicas, now.replicas)


def _without(before: Iterable[str], now: tuple[str, ...]) -> Iterator[str]:
    for region in before:
        if region not in now:
            yield f"`key.replicas` has no `{region}` any more: the replica there is lost to whoever uses the key there"


def _called(key: RenderedKey) -> str:
    return f"`{key.spec}` in `{region_of(key.arn)}`"


def _does(key: RenderedKey) -> str:
    """Return what is lost without a key, by its usage."""
    lost = {"SIGN_VERIFY": "verify with KMS", "GENERATE_VERIFY_MAC": "verify", "KEY_AGREEMENT": "agree on"}
    return lost.get(key.usage, "decrypt")

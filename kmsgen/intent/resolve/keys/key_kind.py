"""Key spec and key usage of the keys that an intent is about, and the key type of the two.

Source: KMS API reference, CreateKey (KeySpec, KeyUsage); KMS Developer Guide, symm-asymm-choose-key-spec.
"""

from __future__ import annotations

from kmsgen.catalogue import key_specs
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.resolve.context import Context
from kmsgen.reading import Steps


def resolve_kind(spec: str | None, usage: str | None, steps: Steps, context: Context) -> None:
    """Tell the context key spec, key usage and key type; reports a pair that KMS does not have in the partition."""
    spec = "SYMMETRIC_DEFAULT" if spec is None else spec
    if spec not in key_specs.KEY_SPECS:
        context.refuse((*steps, "spec"), "unknown-key-spec", f"`{spec}` is no key spec", one_of(spec, key_specs.KEY_SPECS))
        context.key_type = None
        return
    usages = key_specs.usages(spec)
    context.spec = spec
    if not key_specs.in_partition(spec, context.partition):
        message = f"there are no keys of {spec} in the partition `{context.partition}`"
        context.refuse((*steps, "spec"), "spec-partition", message, "choose another key spec")
    if usage is None and len(usages) > 1:
        hint = f"add `usage:`, one of: {', '.join(usages)}"
        context.refuse((*steps, "spec"), "usage-missing", f"a key of {spec} has several usages", hint)
    elif usage is not None and usage not in usages:
        hint = f"one of: {', '.join(usages)}" if len(usages) > 1 else f"its usage is {usages[0]}"
        context.refuse((*steps, "usage"), "key-usage", f"a key of {spec} cannot have the usage `{usage}`", hint)
    context.usage = usage if usage in usages else usages[0]
    known = usage in usages or len(usages) == 1
    context.key_type = key_specs.key_type(spec, context.usage) if known else None

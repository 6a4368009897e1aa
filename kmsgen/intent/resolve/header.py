"""Version, name, delegation, key_policy and iam of an intent: fields that stand for themselves."""

from __future__ import annotations

from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.form.model import PartialIntentFile
from kmsgen.intent.form.words import DELEGATIONS, IAM_WAYS, KEY_POLICIES, NAME, VERSION
from kmsgen.intent.resolve.context import Context


def check_header(file: PartialIntentFile, context: Context) -> None:
    """Report a version of the format, a name or a word for delegation, key policies or IAM policies that there is not."""
    if file.kmsgen is not None and file.kmsgen != VERSION:
        context.refuse(("kmsgen",), "unsupported-version", f"`{file.kmsgen}` is no version of this format", "write `kmsgen: 1`")
    if file.name is not None and not NAME.match(file.name):
        hint = "up to 64 letters, digits, `.`, `_`, `-`: a folder's name, also on Windows, that does not look like an option"
        context.refuse(("name",), "intent-name", f"`{file.name}` is no name of an intent", hint)
    if file.key_policy not in KEY_POLICIES:
        hint = one_of(file.key_policy, KEY_POLICIES)
        context.refuse(("key_policy",), "unknown-key-policy", f"`{file.key_policy}` is nothing to do with key policies", hint)
    if file.delegation not in DELEGATIONS:
        hint = one_of(file.delegation, DELEGATIONS)
        context.refuse(("delegation",), "unknown-delegation", f"`{file.delegation}` is no delegation", hint)
    if file.iam is not None and file.iam not in IAM_WAYS:
        hint = one_of(file.iam, IAM_WAYS)
        context.refuse(("iam",), "unknown-iam", f"`{file.iam}` is nothing to do with IAM policies", hint)
    context.delegation = file.delegation

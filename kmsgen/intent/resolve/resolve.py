"""From what was written to what is meant: every part checked, all problems reported in one run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kmsgen.intent.files.hidden_characters import check_texts
from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.suggestion import did_you_mean, one_of
from kmsgen.intent.files.tree import Tree
from kmsgen.intent.form._shape import FIELDS
from kmsgen.intent.form.validate import build
from kmsgen.intent.form.words import DELEGATIONS, KEY_POLICIES, NAME, VERSION
from kmsgen.intent.intent import Intent, IntentScope, NewKey
from kmsgen.intent.resolve.access_lines import resolve_admin, resolve_never, resolve_user
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.contradictions import check_together
from kmsgen.intent.resolve.grants import resolve_grant
from kmsgen.intent.resolve.guardrails import resolve_guardrail
from kmsgen.intent.resolve.key import check_regions, resolve_keys, resolve_kind, resolve_new_key
from kmsgen.intent.resolve.scope import resolve_scope
from kmsgen.intent.resolve.services import resolve_service
from kmsgen.reading import Steps

if TYPE_CHECKING:
    from kmsgen.intent.form.model import HeaderFile, KeyFile, ScopeFile

HEADER = ("kmsgen", "name", "keys", "spec", "usage", "key_policy", "delegation")

# lines -> (model of a line, what resolves it to lines of the intent)
_LINES: dict[str, tuple[str, Callable[[Any, Steps, Context], tuple[Any, ...]]]] = {
    "admins": ("AdminFile", resolve_admin),
    "users": ("UserFile", resolve_user),
    "services": ("ServiceFile", resolve_service),
    "grants": ("GrantFile", resolve_grant),
    "guardrails": ("GuardRailFile", resolve_guardrail),
    "never": ("NeverFile", resolve_never),
}


def resolve(tree: Tree) -> Intent:
    """Return the intent that a tree means. Raises InputError with every diagnostic."""
    problems = Problems(tree)
    data = tree.data
    if data is None:
        problems.add((), "empty-file", "the file is empty", "`kmsgen init` writes an intent to start from")
    elif not isinstance(data, dict):
        problems.add((), "wrong-type", "an intent must be a mapping", "`kmsgen init` writes an intent to start from")
    problems.raise_any()
    check_texts(data, problems)
    intent = _intent(tree, problems)
    problems.raise_any()
    return intent


def _intent(tree: Tree, problems: Problems) -> Intent:
    """Resolve every part, in the order in which they need each other."""
    data: dict[str, Any] = tree.data
    context = Context(problems)
    _check_fields(data, problems)
    header = _header(data, context)
    scope: ScopeFile | None = build("ScopeFile", data["scope"], ("scope",), problems) if "scope" in data else None
    place = resolve_scope(scope, context) if scope else IntentScope("")
    context.regions_given = context.regions_given or scope is None
    if "scope" not in data:
        problems.add((), "missing-field", "`scope` is missing", "add `scope: {account: ...}`")
    key = _key(data, header, context)
    keys = resolve_keys(header.keys, context) if header and header.keys and not context.every_key else ()
    if keys:
        context.multi_region = all("key/mrk-" in arn for arn in keys)
    lines = {name: _lines(data, name, context) for name in _LINES}
    check_together(data, lines, context)
    return Intent(
        path=tree.path,
        name=header.name if header else "",
        scope=place,
        key=key,
        keys=keys,
        every_key=context.every_key,
        keep_key_policies=bool(header and header.key_policy == "keep"),
        spec=context.spec,
        usage=context.usage,
        any_spec=context.every_key and context.key_type is None,
        delegation=header.delegation if header else DELEGATIONS[0],
        **lines,
    )


def _check_fields(data: dict[str, Any], problems: Problems) -> None:
    for name in data:
        if name in ("parameters", "preset"):
            hint = "`kmsgen render --preset NAME --set PARAMETER=VALUE` fills a preset in"
            problems.add_key((name,), "unknown-field", f"`{name}` belongs to presets", hint)
        elif name not in FIELDS:
            hint = did_you_mean(name, FIELDS) or f"known fields: {', '.join(FIELDS)}"
            problems.add_key((name,), "unknown-field", f"unknown field `{name}`", hint)


def _header(data: dict[str, Any], context: Context) -> HeaderFile | None:
    fields = {name: data[name] for name in HEADER if name in data}
    header: HeaderFile | None = build("HeaderFile", fields, (), context.problems)
    if header is None:
        return None
    if header.kmsgen != VERSION:
        context.refuse(("kmsgen",), "unsupported-version", f"`{header.kmsgen}` is no version of this format", "write `kmsgen: 1`")
    if not NAME.match(header.name):
        hint = "up to 64 letters, digits, `.`, `_`, `-`, the first a letter or digit: it becomes the name of a folder"
        context.refuse(("name",), "intent-name", f"`{header.name}` is no name of an intent", hint)
    if header.key_policy not in KEY_POLICIES:
        hint = one_of(header.key_policy, KEY_POLICIES)
        context.refuse(("key_policy",), "unknown-key-policy", f"`{header.key_policy}` is nothing to do with key policies", hint)
    if header.delegation not in DELEGATIONS:
        hint = one_of(header.delegation, DELEGATIONS)
        context.refuse(("delegation",), "unknown-delegation", f"`{header.delegation}` is no delegation", hint)
    return header


def _key(data: dict[str, Any], header: HeaderFile | None, context: Context) -> NewKey | None:
    """Resolve the key to create, and tell the context what kind of key the intent is about."""
    if data.get("key") is not None and data.get("keys") is not None:
        hint = "a key to create, or keys that exist: one file each"
        context.problems.add_key(("keys",), "key-and-keys", "`key` and `keys` exclude each other", hint)
    if data.get("key") is None:
        _existing(data, header, context)
        return None
    for name in ("spec", "usage"):
        if data.get(name) is not None:
            context.problems.add_key((name,), "key-and-keys", f"`{name}` is that of `keys`", f"write `{name}` into `key`")
    if header and header.key_policy == "keep":
        context.refuse(("key_policy",), "key-and-keys", "a key to create has no key policy to keep", "leave it out")
    key: KeyFile | None = build("KeyFile", data["key"], ("key",), context.problems)
    if key is None:
        context.key_type = None
        return None
    resolve_kind(key.spec, key.usage, ("key",), context)
    context.origin, context.multi_region = key.origin, key.multi_region
    check_regions(key, context)
    return resolve_new_key(key, context)


def _existing(data: dict[str, Any], header: HeaderFile | None, context: Context) -> None:
    if data.get("keys") is None:
        hint = 'a key to create (`key:`), ARNs of keys that exist (`keys: [...]`), or `keys: "*"`'
        context.refuse((), "key-missing", "the intent is about no key", hint)
    context.every_key = bool(header and header.keys == ["*"])
    context.iam_only = context.every_key or bool(header and header.key_policy == "keep")
    if header and (header.spec or header.usage or not context.every_key):
        resolve_kind(header.spec, header.usage, (), context)
    else:
        context.key_type = None


def _lines(data: dict[str, Any], name: str, context: Context) -> Any:  # noqa: ANN401 - a tuple of what the lines mean
    """Resolve each line of a list; a line that cannot be read is reported and left out."""
    listed = data.get(name)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        context.refuse((name,), "wrong-type", f"`{name}` must be a list", "start each line with `- `")
        return ()
    kind, resolve_line = _LINES[name]
    found: list[Any] = []
    for index, item in enumerate(listed):
        line = build(kind, item, (name, index), context.problems)
        found += resolve_line(line, (name, index), context) if line is not None else ()
    return tuple(found)

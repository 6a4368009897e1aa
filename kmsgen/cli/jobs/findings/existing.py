"""Policies that exist, set beside an intent: whose keys they are of is told by it, and so is what their file has no room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kmsgen.arn import account_of, region_of
from kmsgen.errors import Diagnostic, Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID, Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.render.names import attachable_kind
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import GRANTS, IDENTITY_POLICIES, KEY_KIND, KEY_POLICIES, Described, Home
from kmsgen.sources.rendered_folder import edited
from kmsgen.sources.subject import FOLDER, INTENT, PLAN, TEMPLATE, Identified, identify


def existing(path: str, beside: Beside, intent: Intent, compiled: Bundle, *, merged: bool = False) -> Described:
    """Read what exists and align it with the intent: its keys, and its principals by their full ARNs. Raises InputError.

    `merged`: plans and templates hold no IAM policies, which stand with those of other intents.
    """
    file = identify(path)
    if file.form is INTENT:
        hint = "compare two intents with `kmsgen diff`"
        raise input_error(Location(path), "unknown-file", "an intent holds no policies that exist", hint)
    if file.form is FOLDER and (other := next(edited(file.source), None)):
        message = "of a folder the files in JSON are verified, and this one is not what was written beside them"
        raise input_error(Location(other), "edited", message, "render again; or verify the template, or a plan of the module")
    region = intent.scope.regions[0] if intent.scope.regions else "us-east-1"
    known = tuple(access.key for access in compiled.keys)
    home = Home(intent.scope.partition, intent.scope.account, region, keys=known)
    waiting = _put_in_place(intent, compiled)
    subject = file.read(beside._replace(home=home, put_in_place=tuple(sorted(waiting))))
    may_lack_keys = file.form is FOLDER or (file.form in (PLAN, TEMPLATE) and intent.key is None)
    found = (subject if may_lack_keys else subject.about_keys()).described
    if file.form in (PLAN, TEMPLATE) and (merged or _is_of_replicas(found, compiled)):
        found = found.changed(lambda described: described._replace(lacks=described.lacks | {IDENTITY_POLICIES}))

    def aligned(described: Described) -> Described:
        keys = _keys(described, compiled, path, created=file.form in (PLAN, TEMPLATE))
        principals = _principals(described, compiled, intent.scope.account)
        if file.form in (PLAN, TEMPLATE):
            principals = _with_deployer(principals, compiled, intent.scope.deployer)
        return described._replace(bundle=described.bundle._replace(keys=keys, principals=principals))

    granted = (*_as_compiled(file, found, compiled), *_taken_for_granted(file, found, waiting), *_apart(file, intent, compiled))
    granted = (*granted, *_elsewhere(file, found, compiled))
    return found.changed(aligned)._replace(notes=(*found.notes, *granted))


def _is_of_replicas(found: Described, compiled: Bundle) -> bool:
    """Return whether a file is of replicas alone: their modules and stacks hold no IAM policies, which stand with the primary."""
    told = described_keys(found.bundle.keys, compiled.keys)
    return bool(found.bundle.keys) and all(one.creation and one.creation.replica_of for one in told)


def _put_in_place(intent: Intent, compiled: Bundle) -> frozenset[str]:
    """Return the principals whose policies are written, and attached by whoever keeps them."""
    return frozenset(arn for arn in compiled.principals if not intent.attaches or not attachable_kind(arn))


def _as_compiled(file: Identified, found: Described, compiled: Bundle) -> Iterator[Diagnostic]:
    """Yield the note that what files of a form have no room for is taken to be as compiled."""
    granted = any(access.grants for access in compiled.keys)
    lacking = [KEY_POLICIES] if not found.bundle.keys and file.form is not FOLDER else []
    lacking += [what for what in (IDENTITY_POLICIES, GRANTS) if what in found.lacks and (granted or what != GRANTS)]
    if lacking:
        message = f"{file.form.name} holds no {' and no '.join(lacking)}: they are taken to be as compiled"
        yield Diagnostic(Location(file.path), "as-compiled", message)


def _apart(file: Identified, intent: Intent, compiled: Bundle) -> Iterator[Diagnostic]:
    """Yield the note that what stands in `deployer/`, and in no plan or template of the key, is taken to be in place."""
    held = compiled.principals.get(intent.scope.deployer or "")
    if held and held.identity_policies and file.form in (PLAN, TEMPLATE):
        message = f"taken for granted: `{intent.scope.deployer}` has its policies of `deployer/`, which stand in no file but that"
        yield Diagnostic(Location(file.path), "put-in-place", message)


def _elsewhere(file: Identified, found: Described, compiled: Bundle) -> Iterator[Diagnostic]:
    """Yield the note that keys of the intent are of other files, such as the module of a replica, and not asked about."""
    told = described_keys(found.bundle.keys, compiled.keys) if found.bundle.keys else compiled.keys
    regions = [region_of(one.key.arn) for one in compiled.keys if one not in told]
    if regions:
        message = f"not asked about, for {file.form.name} does not tell of them: the keys of the intent in {', '.join(regions)}"
        yield Diagnostic(Location(file.path), "other-regions", message, "each Region's module and stack is verified by itself")


def _taken_for_granted(file: Identified, found: Described, waiting: Iterable[str]) -> Iterator[Diagnostic]:
    """Yield the note on policies that the file attaches to nobody, and that were asked about as if they were attached."""
    held = [arn for arn in waiting if arn in found.bundle.principals and file.form in (PLAN, TEMPLATE)]
    if held:
        names = ", ".join(f"`{arn}`" for arn in sorted(held))
        message = f"taken for granted: the policies that the file holds for {names} are attached, by whoever keeps them"
        yield Diagnostic(Location(file.path), "put-in-place", message)


# --- keys ---------------------------------------------------------------------------------------------------------------


def _keys(found: Described, compiled: Bundle, path: str, *, created: bool) -> tuple[KeyAccess, ...]:
    """Return the keys that the intent is about, with what the file does not tell of them as compiled.

    `created`: to deploy the file creates those that the intent creates.
    """
    if not found.bundle.keys:  # IAM policies alone, where the intent leaves key policies as they are
        return compiled.keys
    wanted = described_keys(found.bundle.keys, compiled.keys)
    chosen = _matching(found.bundle.keys, wanted)
    if len(chosen) != len(wanted):
        raise _other_keys(found, chosen, compiled, path)
    for access in chosen if KEY_KIND not in found.lacks else ():
        _check_kind(access.key, _same_key(access, wanted).key, path)
    return tuple(_filled(access, _same_key(access, wanted), found.lacks, created=created) for access in chosen)


def described_keys(found: tuple[KeyAccess, ...], compiled: tuple[KeyAccess, ...]) -> tuple[KeyAccess, ...]:
    """Return the keys of an intent of which a file tells: a replica to create has a module, and a stack, of its own."""
    if not any(one.creation and one.creation.replica_of for one in compiled):
        return compiled
    told = [(access.key.arn, access.key.multi_region_key_type) for access in found]
    by_arn = tuple(one for one in compiled if {(one.key.arn, one.key.multi_region_key_type), (one.key.arn, None)} & set(told))
    by_kind = tuple(one for one in compiled if one.key.multi_region_key_type in [kind for _, kind in told])
    return by_arn or by_kind or compiled[:1]


def _check_kind(key: Key, wanted: Key, path: str) -> None:
    """Refuse a key of another kind than the intent's before everything that then differs is told."""
    if (key.spec, key.usage) != (wanted.spec, wanted.usage):
        message = f"the key here is {key.spec} ({key.usage}), and the intent is about {wanted.spec} ({wanted.usage})"
        raise input_error(Location(path), "other-keys", message, "verify the file of the intent's key, or change `spec`")


def _other_keys(found: Described, chosen: tuple[KeyAccess, ...], compiled: Bundle, path: str) -> Exception:
    wanted, there = len(compiled.keys), len(found.bundle.keys)
    if KEY_KIND in found.lacks and there != wanted:
        message = f"the key policies here are {there}, the keys of the intent are {wanted}"
        return input_error(Location(path), "several-keys", message, "render again, or name the key with --key-arn")
    message = f"{len(chosen)} of the {there} keys described here are those of the intent, which is about {wanted}"
    return input_error(Location(path), "other-keys", message, "give the key the intent's alias, or name it with --key-arn")


def _matching(found: tuple[KeyAccess, ...], wanted: tuple[KeyAccess, ...]) -> tuple[KeyAccess, ...]:
    """Pick the keys that the intent is about: by ARN, by alias, or the only one."""
    arns = {access.key.arn for access in wanted}
    aliases = {alias for access in wanted for alias in access.key.aliases}
    by_arn = tuple(access for access in found if access.key.arn in arns)
    by_alias = tuple(access for access in found if aliases.intersection(access.key.aliases))
    return (
        by_alias or by_arn or (found if len(found) == len(wanted) == 1 and not _is_another(found[0].key, wanted[0].key) else ())
    )


def _is_another(key: Key, wanted: Key) -> bool:
    """Return whether a key is told to be another one than the intent's: by its aliases, or by ARN where the intent's exists."""
    named = bool(key.aliases and wanted.aliases)
    exists = not wanted.arn.endswith((NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID))
    return named or (exists and key.arn != wanted.arn)


def _same_key(access: KeyAccess, wanted: tuple[KeyAccess, ...]) -> KeyAccess:
    """Return the intent's key that a key is; the first where neither ARN nor alias tells: there is no other then.

    Related multi-Region keys have one alias each in their Region: of them the ARN or, where no file tells it, the kind tells.
    """
    named = [one for one in wanted if set(one.key.aliases).intersection(access.key.aliases)] or list(wanted)
    by_arn = (one for one in named if one.key.arn == access.key.arn)
    by_kind = (one for one in named if one.key.multi_region_key_type == access.key.multi_region_key_type)
    return next(by_arn, next(by_kind, named[0]))


def _filled(access: KeyAccess, wanted: KeyAccess, lacks: frozenset[str], *, created: bool) -> KeyAccess:
    if created or KEY_KIND in lacks:
        access = access._replace(creation=wanted.creation)
    if KEY_KIND in lacks:
        access = access._replace(key=wanted.key)
    return access._replace(grants=wanted.grants) if GRANTS in lacks else access


# --- principals ---------------------------------------------------------------------------------------------------------


def _principals(found: Described, compiled: Bundle, account: str) -> dict[str, PrincipalPolicies]:
    """Return the principals with what the intent tells of them.

    What another account's principals may do there is not in these files: their half is taken to be as compiled. Whoever may
    have policies that the file does not tell stays undescribed.
    """
    principals = _with_paths(found.bundle.principals, compiled.principals)
    untold = _with_paths(dict.fromkeys(found.untold, PrincipalPolicies()), compiled.principals)
    for name, wanted in compiled.principals.items():
        known = principals.get(name)
        if known is not None:
            principals[name] = wanted._replace(identity_policies=known.identity_policies)
        elif IDENTITY_POLICIES in found.lacks or account_of(name) != account:
            principals[name] = wanted
        elif name not in untold:
            principals[name] = wanted._replace(identity_policies=())
    return principals


def _with_deployer(found: dict[str, PrincipalPolicies], compiled: Bundle, deployer: str | None) -> dict[str, PrincipalPolicies]:
    """Return the principals with what stands in `deployer/` beside what the file gives the deployer."""
    wanted = compiled.principals.get(deployer or "")
    if wanted is None or deployer is None:
        return found
    known = found.get(deployer, wanted._replace(identity_policies=()))
    policies = dict.fromkeys((*known.identity_policies, *wanted.identity_policies))
    return {**found, deployer: known._replace(identity_policies=tuple(policies))}


def _with_paths(found: Mapping[str, PrincipalPolicies], wanted: Mapping[str, PrincipalPolicies]) -> dict[str, PrincipalPolicies]:
    """Return principals by the ARNs that the intent has for them: templates and plans attach policies by name, without path.

    No two roles, and no two users, of an account have one name, whatever their paths.
    """
    full: dict[str, list[str]] = {}
    for arn in wanted:
        head, _, path = arn.partition("/")
        full.setdefault(f"{head}/{path.rpartition('/')[2]}", []).append(arn)
    named: dict[str, PrincipalPolicies] = {}
    for arn, policies in found.items():
        candidates = full.get(arn, [])
        name = candidates[0] if len(candidates) == 1 else arn
        before = named[name].identity_policies if name in named else ()
        named[name] = policies._replace(identity_policies=(*before, *policies.identity_policies))
    return named

"""What `kmsgen verify` does: the three questions on what an intent compiles to, or on policies that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kmsgen.arn import account_of
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.verification import Answer, ask
from kmsgen.cli.reports.plain_request import format_request
from kmsgen.compiler import Compiled, compile_intent
from kmsgen.errors import Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.policy.json_form import parse_document, parse_grant
from kmsgen.reading import read_file
from kmsgen.sources.cloudformation_template import is_template, read_template
from kmsgen.sources.described import Existing, Place
from kmsgen.sources.key_policy import is_policy
from kmsgen.sources.terraform_plan import is_plan, read_plan

MANIFEST = "manifest.json"


class Verified(NamedTuple):
    """The answers about one intent, and what to know beside them."""

    intent: Intent
    against: str | None
    answers: tuple[Answer, ...]
    notes: tuple[str, ...]

    @property
    def is_yes(self) -> bool:
        """Whether every answer is yes."""
        return all(answer.is_yes for answer in self.answers)


def verify_intent(intent: Intent, against: str | None = None) -> Verified:
    """Answer the three questions, on existing policies where `against` says which. Raises KmsgenError for bad input."""
    compiled = compile_intent(intent)
    if against is None:
        answers = ask(intent, compiled.bundle, compiled.origins, thorough=True)
        return Verified(intent, None, answers, tuple(map(str, compiled.notes)))
    existing = _existing(Path(against), intent, compiled)
    bundle = _aligned(existing.bundle, intent, compiled, against)
    return Verified(intent, against, ask(intent, bundle, {}, thorough=True), existing.notes)


def told(verified: Verified) -> dict[str, Any]:
    """Return the answers as plain data.

    `{intent, file, against, answers: [{question, answer: yes | no, findings: [{code, severity, message, hint, location: {path,
    line, column}, statements, origins: [location], witness: request or null}]}], notes: [text]}`.
    """
    return {
        "intent": verified.intent.name,
        "file": verified.intent.path,
        "against": verified.against,
        "answers": [
            {
                "question": answer.question,
                "answer": "yes" if answer.is_yes else "no",
                "findings": [_finding(finding) for finding in answer.findings],
            }
            for answer in verified.answers
        ],
        "notes": list(verified.notes),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "location": _location(finding.location),
        "statements": list(finding.statements),
        "origins": [_location(place) for place in finding.origins],
        "witness": format_request(finding.witness) if finding.witness is not None else None,
    }


def _location(place: Location) -> dict[str, Any]:
    return {"path": place.path, "line": place.line, "column": place.column}


def lines(verified: Verified) -> Iterator[str]:
    """Yield the answers as text: a line a question, and below a no what speaks against it."""
    for answer in verified.answers:
        yield f"{'yes' if answer.is_yes else 'no '}  {answer.question}"
        for finding in answer.findings:
            yield f"     {finding.diagnostic}".replace("\n", "\n     ")


# --- what exists --------------------------------------------------------------------------------------------------------


def _existing(path: Path, intent: Intent, compiled: Compiled) -> Existing:
    """Read what exists: a folder that `render` wrote, a key policy, a Terraform plan or state, a CloudFormation template."""
    if path.is_dir():
        return _rendered(path, compiled)
    source = read_file(path)
    if is_policy(source.data):
        policy = parse_document(source.data, source.where, "required")
        note = "the file holds a key policy only: IAM policies and grants are taken to be as compiled"
        return Existing(_with_policies(compiled.bundle, policy), (note,))
    region = intent.scope.regions[0] if intent.scope.regions else "us-east-1"
    place = Place(intent.scope.partition, intent.scope.account, region)
    if is_plan(source.data):
        return read_plan(source, place)
    if is_template(source.data):
        return _with_grants(read_template(source, place), compiled)
    raise input_error(
        Location(str(path)),
        "unknown-file",
        "this is no key policy, Terraform plan or state, or CloudFormation template",
        "a plan in JSON comes from `terraform show -json`",
    )


def _with_grants(existing: Existing, compiled: Compiled) -> Existing:
    """Return what a template describes with the grants of the intent: CloudFormation has no resource for them."""
    if not any(access.grants for access in compiled.bundle.keys) or len(existing.bundle.keys) != len(compiled.bundle.keys):
        return existing
    pairs = zip(existing.bundle.keys, compiled.bundle.keys, strict=True)
    keys = tuple(found._replace(grants=wanted.grants) for found, wanted in pairs)
    note = "a template holds no grants: they are taken to be as compiled"
    return Existing(existing.bundle._replace(keys=keys), (*existing.notes, note))


def _with_policies(bundle: Bundle, policy: Document) -> Bundle:
    if len(bundle.keys) > 1:
        raise input_error(
            Location("--against"), "several-keys", "one key policy cannot be that of several keys", "verify one key"
        )
    return bundle._replace(keys=(bundle.keys[0]._replace(policy=policy),))


def _rendered(folder: Path, compiled: Compiled) -> Existing:
    """Read the JSON policies of a folder that `render` wrote, as its manifest lists them."""
    source = read_file(folder / MANIFEST)
    files = source.data.get("files", []) if isinstance(source.data, dict) else []
    listed = [item for item in files if isinstance(item, dict) and item.get("format") == "json"]
    if not listed:
        hint = "render with `--format json`"
        raise input_error(Location(str(folder / MANIFEST)), "no-json", "the folder holds no policies in JSON", hint)
    policies: dict[str, Document] = {}
    beside: dict[str, tuple[Document, ...]] = {}
    grants: list[tuple[str | None, Grant]] = []
    for item in listed:
        path = str(item.get("path"))
        data = read_file(_inside(folder, path))
        kind, principal = item.get("kind"), str(item.get("principal"))
        if kind == "key-policy":
            policies[path] = parse_document(data.data, data.where, "required")
        elif kind == "identity-policy":
            beside[principal] = (*beside.get(principal, ()), parse_document(data.data, data.where, "forbidden"))
        elif kind == "grant":
            grants.append(_grant(data.data, data.where, compiled))
    return Existing(_bundle(compiled, policies, beside, grants, folder))


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise input_error(Location(str(folder / MANIFEST)), "path", f"`{name}` is not inside the folder")
    return path


def _grant(data: Any, where: Any, compiled: Compiled) -> tuple[str | None, Grant]:  # noqa: ANN401 - plain data and its places
    """Read a CreateGrant request: the key that it names, None for a key to create, and the grant."""
    grant = parse_grant(data, where)
    issuing = account_of(compiled.bundle.keys[0].key.arn)
    key = data.get("KeyId") if isinstance(data, dict) else None
    return key, grant._replace(id=grant.name or "grant", issuing_account=issuing)


def _bundle(
    compiled: Compiled,
    policies: dict[str, Document],
    beside: dict[str, tuple[Document, ...]],
    grants: list[tuple[str | None, Grant]],
    folder: Path,
) -> Bundle:
    keys = compiled.bundle.keys
    if policies and len(policies) != len(keys):
        message = f"the folder holds {len(policies)} key policies, the intent is about {len(keys)} keys"
        raise input_error(Location(str(folder / MANIFEST)), "several-keys", message, "render again, or verify one key")
    strangers = sorted({key for key, _ in grants if key is not None} - {access.key.arn for access in keys})
    if strangers:
        message = f"a grant of the folder is on `{strangers[0]}`, which the intent is not about"
        raise input_error(Location(str(folder / MANIFEST)), "other-keys", message, "render again")
    accesses = [
        access._replace(policy=_policy_of(access, policies, folder), grants=_grants_on(access, grants)) if policies else access
        for access in keys
    ]
    return Bundle(tuple(accesses), {name: PrincipalPolicies(documents) for name, documents in beside.items()})


def _policy_of(access: KeyAccess, policies: dict[str, Document], folder: Path) -> Document:
    """Return the key policy of a key: the only one, or the one in the file that is named after the key."""
    if len(policies) == 1:
        return next(iter(policies.values()))
    name = access.key.arn.rpartition("/")[2]
    found = [policy for path, policy in policies.items() if path.endswith(f"key-policy-{name}.json")]
    if len(found) != 1:
        message = f"the folder holds {len(found)} key policies of `{access.key.arn}`"
        raise input_error(Location(str(folder / MANIFEST)), "other-keys", message, "render again, or verify one key")
    return found[0]


def _grants_on(access: KeyAccess, grants: list[tuple[str | None, Grant]]) -> tuple[Grant, ...]:
    return tuple(grant for key, grant in grants if key is None or key == access.key.arn)


def _aligned(existing: Bundle, intent: Intent, compiled: Compiled, against: str) -> Bundle:
    """Return what exists with the intent's key in front, and with what the intent tells of the principals beside it.

    What another account's principals may do there is not in these files: their half is taken to be as compiled.
    """
    keys = _matching(existing.keys, compiled.bundle.keys, against)
    principals = _with_paths(existing.principals, compiled.bundle.principals)
    for name, wanted in compiled.bundle.principals.items():
        known = principals.get(name)
        foreign = account_of(name) != intent.scope.account
        if known is None and foreign:
            principals[name] = wanted
        else:
            policies = known.identity_policies if known else ()
            principals[name] = wanted._replace(identity_policies=policies)
    return existing._replace(keys=keys, principals=principals)


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


def _matching(found: tuple[KeyAccess, ...], wanted: tuple[KeyAccess, ...], against: str) -> tuple[KeyAccess, ...]:
    """Pick the keys that the intent is about: by ARN, by alias, or the only one."""
    arns = {access.key.arn for access in wanted}
    aliases = {alias for access in wanted for alias in access.key.aliases}
    by_arn = tuple(access for access in found if access.key.arn in arns)
    by_alias = tuple(access for access in found if aliases.intersection(access.key.aliases))
    chosen = by_alias or by_arn or (found if len(found) == len(wanted) == 1 else ())
    if len(chosen) != len(wanted):
        message = f"{len(chosen)} of the {len(found)} keys described here are those of the intent, which is about {len(wanted)}"
        raise input_error(Location(against), "other-keys", message, "give the key the intent's alias, or verify one key")
    return chosen

"""Output folders of `kmsgen render`: key policies, IAM policies and grants in JSON, as listed in the manifest.

A manifest is input like any other and may lie: nothing outside its folder is read. The files tell at most the id of a key; if
nothing tells its aliases and tags, principals whose IAM policies read them are left with any policy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from kmsgen.arn import account_of, in_region, parse_arn
from kmsgen.errors import Diagnostic, Location, input_error
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Document, Statement
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document
from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import variables_in
from kmsgen.reading import Source, read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import KEY_KIND, KEY_MAKE, KEY_REGION, Described
from kmsgen.sources.folders import MANIFEST
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.key_kinds import likely_kind

Found = TypeVar("Found")

IDENTITY_POLICY = "identity-policy"
_LACKS = frozenset({KEY_KIND, KEY_MAKE})
_OF_ONE_KEY = re.compile(r"key-policy-(.+)\.json\Z")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+\Z")
_KEY_ARN = re.compile(r'"(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)"')
_OF_KEY = ("kms:resourcealiases", "aws:resourcetag/")


class _ListedFile(NamedTuple):
    """A file that the manifest lists, with its kind and principal."""

    source: Source
    kind: str
    principal: str


def is_manifest(source: Source) -> bool:
    """Return whether a file is the manifest of a rendered folder."""
    data = source.data
    return Path(source.path).name == MANIFEST and isinstance(data, dict) and isinstance(data.get("files"), list)


def read_rendered_folder(manifest: Source, beside: Beside) -> Described:
    """Read the files of a manifest. Raises InputError for what is missing or malformed."""
    files = tuple(_listed(manifest))
    if not files:
        hint = "render with `--format json`"
        raise input_error(Location(manifest.path), "no-json", "the folder holds no policies in JSON", hint)
    reader = _FolderReader(manifest.path, files, beside)
    reader.read_keys()
    reader.read_identity_policies()
    reader.read_grants()
    if reader.gathering.keys:
        return reader.gathering.finish(reader.lacks)
    no_key = Diagnostic(Location(manifest.path), "no-key", "the folder holds no key policy")
    return reader.gathering.described(_LACKS)._replace(no_key=no_key)


def edited(manifest: Source) -> Iterator[str]:
    """Yield the paths of files in other formats than JSON, which nobody reads here, that are not those which were written."""
    folder = Path(manifest.path).parent
    for item in manifest.data["files"]:
        path = folder / str(item.get("path")) if isinstance(item, dict) and item.get("format") != "json" else folder
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()) and _hash_of(path) != item.get("sha256"):
            yield str(path)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(manifest: Source) -> Iterator[_ListedFile]:
    folder = Path(manifest.path).parent
    for number, item in enumerate(manifest.data["files"]):
        if not isinstance(item, dict) or item.get("format") != "json":
            continue
        name, principal = str(item.get("path")), str(item.get("principal"))
        if "\0" in name or not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise input_error(manifest.where(("files", number, "path")), "path", f"`{name}` is not inside the folder")
        if item.get("kind") == IDENTITY_POLICY and (parse_arn(principal) is None or account_of(principal) is None):
            place = manifest.where(("files", number, "principal"))
            raise input_error(place, "not-a-principal", f"`{principal}` is not the ARN of a principal")
        yield _ListedFile(read_file(folder / name), str(item.get("kind")), principal)


class _FolderReader:
    """Gathers the files of a rendered folder; keys are named by id, a single key by ""."""

    def __init__(self, path: str, files: tuple[_ListedFile, ...], beside: Beside) -> None:
        self.path = path
        self.files = files
        self.beside = beside
        self.gathering = Gathering(path, strict=beside.strict)
        self.lacks = _LACKS

    def of_kind(self, kind: str) -> list[Source]:
        """Return the files of a kind."""
        return [file.source for file in self.files if file.kind == kind]

    def read_keys(self) -> None:
        """Read the key policies."""
        sources = self.of_kind("key-policy")
        for source in sorted(sources, key=_is_of_replica):
            policy = parse_document(source.data, source.where, "required")
            named = _OF_ONE_KEY.search(source.path)
            key_id = named[1] if named and len(sources) > 1 else ""
            if key_id in self.gathering.keys:
                message = "the folder holds two key policies of one key"
                raise input_error(source.where(), "several-keys", message, "render again")
            self.gathering.add_key(key_id, self.key_of(key_id, policy), policy, source.where)

    def key_of(self, key_id: str, policy: Document) -> Key:
        """Return the key of a policy: a known one, or as far as the files tell."""
        texts = [json.dumps(file.source.data) for file in self.files]
        home = self.beside.home_of(texts, self.path)
        if _REGION.match(key_id):
            primary = self.gathering.keys[""].key if "" in self.gathering.keys else self.key_of("", policy)
            copy = primary._replace(arn=in_region(primary.arn, key_id), multi_region=True, multi_region_key_type="REPLICA")
            return home.replica_in(key_id) or copy
        if known := home.key_of(key_id) if key_id else _only(_without_replicas(home.keys)):
            return known
        arns = tuple({arn for text in texts for arn in _KEY_ARN.findall(text) if not key_id or arn.endswith(f":key/{key_id}")})
        arn = home.named or _only(arns) or (home.arn_of(key_id) if key_id else home.key_arns(1)[0])
        self.lacks |= frozenset() if arn in (home.named, *arns) or self.beside.home is not None else {KEY_REGION}
        multi_region = arn.rpartition("/")[2].startswith("mrk-")
        kind = "PRIMARY" if multi_region else None
        return Key(arn, *likely_kind(policy), multi_region=multi_region, multi_region_key_type=kind)

    def read_identity_policies(self) -> None:
        """Read the IAM policies."""
        for file in self.files:
            if file.kind != IDENTITY_POLICY:
                continue
            policy = parse_document(file.source.data, file.source.where, "forbidden")
            self.gathering.add_policy(file.principal, policy, file.source.where)
            if self.beside.home is None and any(map(_looks_at_key, policy.statements)):
                why = "one of its policies looks at the key's aliases or tags, which the folder does not tell"
                self.gathering.leave_open(file.principal, why, file.source.where())

    def read_grants(self) -> None:
        """Read the CreateGrant requests; without a KeyId they are for the key to be created."""
        for source in self.of_kind("grant"):
            grant = parse_grant(source.data, source.where)
            on = source.data.get("KeyId")
            names = [name for name, access in self.gathering.keys.items() if on in (None, access.key.arn)]
            if not names and self.gathering.keys:
                message = f"the grant is on `{on}`, of which the folder holds no key policy"
                raise input_error(source.where(("KeyId",)), "other-keys", message, "render again")
            for name in names:
                issuing = account_of(self.gathering.keys[name].key.arn)
                held = grant._replace(id=grant.name or "grant", issuing_account=issuing)
                self.gathering.add_grant(name, held, source.where)


def _is_of_replica(source: Source) -> bool:
    """Return whether a key policy is that of a replica to create, which the Region in its name tells."""
    named = _OF_ONE_KEY.search(source.path)
    return named is not None and _REGION.match(named[1]) is not None


def _without_replicas(keys: Sequence[Key]) -> list[Key]:
    """Return the keys without those in other Regions of a key before them."""
    ids = [key.arn.rpartition("/")[2] for key in keys]
    return [key for number, key in enumerate(keys) if ids[number] not in ids[:number]]


def _only(found: Sequence[Found]) -> Found | None:
    return found[0] if len(found) == 1 else None


def _looks_at_key(statement: Statement) -> bool:
    """Return whether a statement's conditions read the key's aliases or tags."""
    keys = (folded(condition.key) for condition in statement.conditions)
    read = (folded(name) for condition in statement.conditions for value in condition.values for name in variables_in(value))
    return any(name.startswith(_OF_KEY) for name in (*keys, *read))

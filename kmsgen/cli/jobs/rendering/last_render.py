"""What the last render into a folder made of keys: what its manifest tells or, of one of kmsgen 0.1, the module beside it."""

import json
import os
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from kmsgen.cli.output_folder import MANIFEST, manifest_of, read, read_text, sha256
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID
from kmsgen.policy.written_policy import described_principal
from kmsgen.render.history import UNKNOWN, History, RenderedKey, parse, tools_of

About = tuple[str, str] | frozenset[str] | None
"""The place and the alias of a key to create, or the ARNs of keys that exist."""

_HEAD = 8192
_SOURCE = re.compile(r'\{\s*"intent": "[^"]*",\s*"source": ("(?:[^"\\]|\\.)*")')
# What kmsgen 0.1 wrote into terraform/main.tf.
_MODULE = "terraform/main.tf"
_POLICY = re.compile(r'^resource "aws_kms_key_policy" "([a-z0-9_]+)" \{\n  key_id = "([a-z0-9-]+)"$', re.MULTILINE)
_GRANT = re.compile(
    r'^resource "aws_kms_grant" "([a-z0-9_]+)" \{\n  name += "([\w:/-]+)"\n  key_id += (?:"([a-z0-9-]+)"|.*)$',
    re.MULTILINE | re.ASCII,
)
_IDENTITY_POLICY = re.compile(
    r'^resource "aws_iam_policy" "([a-z0-9_]+)" \{\n(?:  .*\n)*?  description = "([^"]*)"$', re.MULTILINE
)
_CREATED = re.compile(r'^resource "(aws_kms_(?:external_)?key)" "this" \{\n((?:  .*\n)+)', re.MULTILINE)
_ARGUMENT = re.compile(r"^  (\w+) += (?:\"([^\"]*)\"|(true|false))$", re.MULTILINE)
_PLACE = re.compile(r'^      condition     = self\.(account_id|id) == "([a-z0-9-]+)"$', re.MULTILINE)


def last_render(folder: Path) -> History:
    """Return what is known of the last render into the folder of an intent."""
    manifest = manifest_of(folder)
    history = parse(manifest)
    if history.known or not manifest:
        return history
    text = read_text(folder / _MODULE)
    if text is None:
        return UNKNOWN
    return _of_module(text)._replace(policies=_policies(folder), released=True, tools=tools_of(manifest))


def _policies(folder: Path) -> Mapping[str, str]:
    """Return the principals of the IAM policies in the modules that kmsgen 0.1 wrote, by the module's folder and the label."""
    found: dict[str, str] = {}
    for module in (folder / _MODULE, *sorted(folder.glob("terraform/account-*/main.tf"))):
        place = module.parent.relative_to(folder).as_posix()
        for label, text in _IDENTITY_POLICY.findall(read_text(module) or ""):
            found[f"{place}/{label}"] = described_principal(text)
    return MappingProxyType(found)


def folder_before(folder: Path, source: Callable[[Path], str | None], about: About = None) -> Path:
    """Return the folder beside this one that holds what an intent was rendered to under another name; else this one.

    It is that of its file or, where that was moved too, that of an intent `about` the same keys whose file is gone. `source`
    gives the way from a folder to the file, as its manifest has it.
    """
    if (folder / MANIFEST).is_file() or not folder.parent.is_dir():
        return folder
    found = _rendered_to(folder, source)
    if found is None and about:
        found = _gone(folder.parent, folder.parent.stat().st_mtime_ns).get(about)
    return found or folder


def about_of(intent: Intent) -> About:
    """Return what AWS knows the keys of an intent by; None where it writes no policies of keys, or its key has no alias."""
    scope = intent.scope
    if intent.key is None:
        return frozenset(intent.keys) if intent.governed else None
    place = f"arn:{scope.partition}:kms:{scope.regions[0]}:{scope.account}" if scope.regions else ""
    return (place, intent.key.alias) if intent.key.alias else None


def rendered_about(history: History) -> About:
    """Return the same of what the last render made."""
    created = history.created
    if created is None:
        return frozenset(key.arn for key in history.keys) or None
    return (created.arn.rpartition(":")[0], created.alias) if created.alias else None


@lru_cache(maxsize=1)
def _gone(out: Path, _changed: int) -> Mapping[object, Path]:
    """Return the folders of an output folder whose intents' files are gone, by what they are about."""
    told = _by_source(out, _changed).items()
    found = ((rendered_about(parse(manifest_of(one))), one) for source, one in told if not _is_file(one / source))
    return {about: one for about, one in found if about}


def _is_file(path: Path) -> bool:
    return Path(os.path.normpath(path)).is_file()


def taken_from(folder: Path, source: Callable[[Path], str | None]) -> Path | None:
    """Return the file of another intent, where that was rendered to this folder, and is still there or this one was elsewhere.

    A file that was only moved keeps its folder.
    """
    told, own = source_told(folder), source(folder)
    if told is None or own is None or told == own:
        return None
    other = Path(os.path.normpath(folder / told))
    return other if other.is_file() or _rendered_to(folder, source) else None


def _rendered_to(folder: Path, source: Callable[[Path], str | None]) -> Path | None:
    """Return the folder beside this one that holds what an intent's file was rendered to."""
    told = source(folder) if folder.parent.is_dir() else None
    return _by_source(folder.parent, folder.parent.stat().st_mtime_ns).get(told) if told is not None else None


@lru_cache(maxsize=1)
def _by_source(out: Path, _changed: int) -> Mapping[str, Path]:
    """Return the folders of an output folder by the way to the file of which each holds the output: from each it is the same."""
    beside = (one for one in sorted(out.iterdir(), reverse=True) if one.is_dir() and not one.is_symlink())
    return {told: one for one in beside if (told := source_told(one)) is not None}


def source_told(folder: Path) -> str | None:
    """Return the way to an intent's file that a manifest tells, which stands at its beginning; None where it tells none."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            found = _SOURCE.match(file.read(_HEAD).decode(errors="replace"))
        return str(json.loads(found[1])) if found else None
    except (OSError, ValueError):
        return None


def last_manifest(folder: Path) -> str | None:
    """Return the digest of the manifest of a folder, on which it hangs what is rendered into it; None where there is none."""
    last = read(folder / MANIFEST)
    return None if last is None else sha256(last)


def _of_module(text: str) -> History:
    """Return what a module that kmsgen 0.1 wrote creates, and which key policies it sets."""
    addresses = {f"aws_kms_key_policy.{label}": key_id for label, key_id in _POLICY.findall(text)}
    created = _created(text)
    made = created.arn.rpartition("/")[2] if created else NEW_KEY_ID
    for label, name, key_id in _GRANT.findall(text):
        addresses[f"aws_kms_grant.{label}"] = f"{key_id or made}/{name}"
    if created is None:
        return History((), MappingProxyType(addresses))
    held = {"aws_kms_alias.this": made} if 'resource "aws_kms_alias" "this"' in text else {}
    kind = "aws_kms_key" if created.origin == "AWS_KMS" else "aws_kms_external_key"
    return History((created,), MappingProxyType({**addresses, **held, f"{kind}.this": made}))


def _created(text: str) -> RenderedKey | None:
    found, place = _CREATED.search(text), dict(_PLACE.findall(text))
    if found is None or not {"account_id", "id"} <= place.keys():
        return None
    arguments = {name: value or flag for name, value, flag in _ARGUMENT.findall(found[2])}
    multi_region = arguments.get("multi_region") == "true"
    key_id = NEW_MULTI_REGION_KEY_ID if multi_region else NEW_KEY_ID
    return RenderedKey(
        f"arn:{_partition(place['id'])}:kms:{place['id']}:{place['account_id']}:key/{key_id}",
        arguments.get("customer_master_key_spec", "SYMMETRIC_DEFAULT"),
        arguments.get("key_usage", "ENCRYPT_DECRYPT"),
        "AWS_KMS" if found[1] == "aws_kms_key" else "EXTERNAL",
        multi_region,
        created=True,
    )


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")

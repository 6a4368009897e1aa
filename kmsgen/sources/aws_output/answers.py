"""AWS CLI output about keys and IAM: one answer in a file, or a folder of answers.

Source: AWS CLI Command Reference, kms get-key-policy, describe-key, list-grants, list-aliases, list-resource-tags; iam
get-account-authorization-details.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kmsgen.catalogue.grants import OPERATIONS
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import MAX_JSON_BYTES, Mark, Source, Where, read_file
from kmsgen.reading.text_within import parse_within
from kmsgen.sources.aws_output.iam import is_authorization_details, read_authorization_details
from kmsgen.sources.beside import NOTHING, Beside, as_listed, checked_key_arn
from kmsgen.sources.described import GRANTS, IDENTITY_POLICIES, KEY_KIND, KEY_MAKE, Described, parse_key_arn
from kmsgen.sources.folders import ANSWER_ENDINGS
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.key_kinds import likely_kind
from kmsgen.sources.key_policy import is_key_policy, key_arn_of
from kmsgen.sources.pages import is_whole
from kmsgen.sources.places import below
from kmsgen.sources.unknown.readings import read_policy
from kmsgen.sources.unknown.unknown import Unknown
from kmsgen.sources.unknown.untold import ALIASES, MULTI_REGION, ORIGIN, TAGS, hide

_KEY_ID = re.compile(r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_FOLDER = "AWS answers"
_OF_GRANTS = tuple(f"kms:{one}" for one in OPERATIONS)
_NOT_TOLD = "which no answer here tells"


def is_answer(source: Source) -> bool:
    """Return whether a file holds AWS CLI output about a key or about the IAM of an account."""
    data = source.data
    return is_authorization_details(data) or (isinstance(data, dict) and any(one.recognises(data) for one in _ANSWERS))


def folder_of_answers(path: str) -> Source | None:
    """Read a folder of AWS CLI output, subfolders of one level included; None if it holds anything else."""
    found = (one for pattern in ("*", "*/*") for one in sorted(Path(path).glob(pattern)))
    sources: list[Source] = []
    for file in (one for one in found if one.suffix in ANSWER_ENDINGS and one.is_file()):
        try:
            source = read_file(file, MAX_JSON_BYTES)
        except KmsgenError:
            if sources:
                raise
            return None
        if not is_answer(source) and not is_key_policy(source):
            return None
        sources.append(source)
    return Source(path, {_FOLDER: sources}, lambda: Mark(0, 0)) if any(map(is_answer, sources)) else None


def is_folder(source: Source) -> bool:
    """Return whether a source is a folder of AWS CLI output."""
    return isinstance(source.data, dict) and _FOLDER in source.data


def read_answers(source: Source, beside: Beside) -> Described:
    """Read AWS CLI output, one answer or a folder. Raises InputError with every problem."""
    sources = source.data[_FOLDER] if is_folder(source) else [source]
    reader = _OutputReader(source.path, beside, sources)
    reader.read()
    if reader.problems:
        raise InputError(reader.problems)
    return reader.described()


def read_together(path: str, answers: Mapping[str, Any]) -> Described:
    """Read answers held in memory, by names that tell the call and the key. Raises InputError with every problem."""
    sources = [Source(name, data, lambda: Mark(0, 0)) for name, data in answers.items()]
    return read_answers(Source(path, {_FOLDER: sources}, lambda: Mark(0, 0)), NOTHING)


class _AwsAnswer(NamedTuple):
    """One form of answer about a key, known by a member and that member's type."""

    member: str
    of: type

    def recognises(self, data: dict[str, Any]) -> bool:
        return isinstance(data.get(self.member), self.of)


_POLICY, _METADATA, _GRANTS = (
    _AwsAnswer("Policy", str),
    _AwsAnswer("KeyMetadata", dict),
    _AwsAnswer("Grants", list),
)
_ALIASES, _TAGS = _AwsAnswer("Aliases", list), _AwsAnswer("Tags", list)
_ANSWERS = (_POLICY, _METADATA, _GRANTS, _ALIASES, _TAGS)


class _OutputReader:
    """Gathers answers key by key. One without a key's ARN belongs to the key whose id is in its path, else to the only key."""

    def __init__(self, path: str, beside: Beside, sources: list[Source]) -> None:
        self.path = path
        self.beside = beside
        self.sources = sources
        self.gathering = Gathering(path, strict=beside.strict)
        self.hides: dict[str, str] = {}
        self.problems: list[Diagnostic] = []
        self.arns = list(dict.fromkeys(self._told_arns()))
        self.lacks = frozenset(
            what
            for what, told in (
                (IDENTITY_POLICIES, any(is_authorization_details(one.data) for one in sources)),
                (GRANTS, any(_GRANTS.recognises(one.data) for one in sources)),
            )
            if not told
        )

    def _told_arns(self) -> Iterator[str]:
        """Yield the key ARNs that the user, DescribeKey or ListGrants answers tell."""
        if self.beside.key_arn:
            yield str(checked_key_arn(self.beside.key_arn))
        for source in self.sources:
            if _METADATA.recognises(source.data):
                yield str(source.data["KeyMetadata"].get("Arn"))
            if _GRANTS.recognises(source.data):
                yield from (str(one.get("KeyId")) for one in source.data["Grants"] if isinstance(one, dict) and one.get("KeyId"))

    def read(self) -> None:
        """Read every answer; the keys first, then IAM."""
        if not self.arns:
            self.arns = list(dict.fromkeys(self._from_policies()))
        for arn in self.arns:
            if parse_key_arn(arn) is None:
                raise input_error(Location(self.path), "not-a-key-arn", f"`{arn}` is not the ARN of a KMS key")
            self._each(lambda arn=arn: self._read_key(arn))
        for source in self.sources:
            if is_authorization_details(source.data):
                self._each(lambda source=source: read_authorization_details(source, self.gathering, self.hides))

    def _each(self, read: Any) -> None:  # noqa: ANN401 - what takes nothing
        try:
            read()
        except KmsgenError as error:
            self.problems += error.diagnostics

    def _from_policies(self) -> Iterator[str]:
        for source in self.sources:
            if _POLICY.recognises(source.data) or is_key_policy(source):
                data, where = _policy_in(source)
                arn = key_arn_of(parse_document(data, where, "required"), self.beside)
                if arn is None:
                    message = "the policy does not tell whose key this is"
                    raise input_error(source.where(), "unknown-key", message, "name the key with --key-arn")
                yield arn

    def _of(self, answer: _AwsAnswer | None, arn: str) -> Source | None:
        """Return the answer of a form about a key, None if there is none; no form stands for a bare key policy.

        Raises InputError if there are several.
        """
        forms = [one for one in self.sources if (answer.recognises(one.data) if answer else is_key_policy(one))]
        forms = [one for one in forms if self._is_about(one, answer, arn)]
        if len(forms) > 1:
            message = f"two answers of one kind about `{arn}`, the other is `{forms[0].path}`"
            raise input_error(forms[1].where(), "several-answers", message, "keep one, or put the id of the key into its path")
        return forms[0] if forms else None

    def _is_about(self, source: Source, answer: _AwsAnswer | None, arn: str) -> bool:
        if answer is _METADATA:
            return bool(source.data["KeyMetadata"].get("Arn") == arn)
        if answer is _GRANTS and any(isinstance(one, dict) and one.get("KeyId") for one in source.data["Grants"]):
            return any(isinstance(one, dict) and one.get("KeyId") == arn for one in source.data["Grants"])
        if answer is _ALIASES:
            arns = [
                one["AliasArn"]
                for one in source.data["Aliases"]
                if isinstance(one, dict) and isinstance(one.get("AliasArn"), str)
            ]
            return not arns or any(_stands_beside(one, arn) for one in arns)
        named = _KEY_ID.search(source.path)
        return arn.rpartition("/")[2] in source.path or (len(self.arns) == 1 and not named)

    def _read_key(self, arn: str) -> None:
        metadata, aliases, tags = self._of(_METADATA, arn), self._of(_ALIASES, arn), self._of(_TAGS, arn)
        key = _key(arn, metadata.data["KeyMetadata"] if metadata else {})
        key = key._replace(aliases=tuple(_aliases(aliases.data["Aliases"], arn)) if aliases else ())
        key = key._replace(tags=tuple(_tags(tags.data["Tags"])) if tags else self.beside.tags)
        untold = {**({} if metadata else {**ORIGIN, **MULTI_REGION}), **({} if aliases and is_whole(aliases.data) else ALIASES)}
        untold |= {} if (is_whole(tags.data) if tags else self.beside.tags) else TAGS
        self.hides |= untold
        written = self._of(_POLICY, arn) or self._of(None, arn)
        data, where = _policy_in(written) if written else (Unknown(f"the key policy of {arn}, {_NOT_TOLD}"), _at(self.path))
        readings = read_policy(hide(data, untold, _NOT_TOLD), where, "required")
        if metadata is None:
            self.lacks |= {KEY_KIND, KEY_MAKE}
            spec, usage = likely_kind(readings.most.document)
            key = key._replace(spec=spec, usage=usage)
        self.gathering.add_key(arn, key, readings, where)
        if written and untold:
            self.gathering.keep_written(arn, parse_document(data, where, "required"), where)
        grants = self._of(_GRANTS, arn)
        for number, one in enumerate(grants.data["Grants"] if grants else ()):
            place = below(grants.where, "Grants", number) if grants else where
            if isinstance(one, dict) and one.get("KeyId") in (None, arn):
                self.gathering.add_grant(arn, as_listed(parse_grant(one, place)), place)
        if grants and not is_whole(grants.data):
            what = f"further grants on {arn}: the answer was cut off"
            self.gathering.allow_whom(arn, Unknown(what), _OF_GRANTS, what, grants.where(("Grants",)))

    def described(self) -> Described:
        """Return everything that the answers describe; without a key, with the reason why nothing can be asked about one."""
        described = self.gathering.described(self.lacks)._replace(hides=self.hides)
        if described.bundle.keys:
            return described
        hint = "put the key policy beside it in a folder, or give it with --identity-policy"
        return described._replace(no_key=Diagnostic(Location(self.path), "no-key", "no answer here is about a key", hint))


def _at(path: str) -> Where:
    return lambda _steps: Location(path)


def _policy_in(source: Source) -> tuple[Any, Where]:
    """Return the key policy of a get-key-policy answer, or of a bare file, with the places of its parts."""
    if not _POLICY.recognises(source.data):
        return source.data, source.where
    inner = parse_within(source, ("Policy",))
    return inner.data, inner.where


def _key(arn: str, metadata: dict[str, Any]) -> Key:
    def text(name: str, otherwise: str) -> str:
        value = metadata.get(name)
        return value if isinstance(value, str) else otherwise

    regions = metadata.get("MultiRegionConfiguration")
    kind = regions.get("MultiRegionKeyType") if isinstance(regions, dict) else None
    multi_region = metadata.get("MultiRegion") in (True, "true") or arn.rpartition("/")[2].startswith("mrk-")
    return Key(
        arn,
        spec=text("KeySpec", text("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT")),
        usage=text("KeyUsage", "ENCRYPT_DECRYPT"),
        origin=text("Origin", "AWS_KMS"),
        state=text("KeyState", "Enabled"),
        manager=text("KeyManager", "CUSTOMER"),
        multi_region=multi_region,
        multi_region_key_type=kind if isinstance(kind, str) else None,
    )


def _aliases(data: Iterable[Any], arn: str) -> Iterator[str]:
    for one in data:
        if not isinstance(one, dict) or one.get("TargetKeyId") != arn.rpartition("/")[2]:
            continue
        if not isinstance(one.get("AliasArn"), str) or _stands_beside(one["AliasArn"], arn):
            yield str(one.get("AliasName"))


def _stands_beside(alias: str, key: str) -> bool:
    """Return whether an alias is of the Region and account of a key: related multi-Region keys have one id."""
    return alias.split(":")[:5] == key.split(":")[:5]


def _tags(data: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for one in data:
        if isinstance(one, dict) and isinstance(one.get("TagKey"), str):
            yield one["TagKey"], str(one.get("TagValue") or "")

"""Grants as calls of the AWS CLI: a POSIX shell script, and the same requests as JSON."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kmsgen.arn import region_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import format_grant
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.deployment import PLACEHOLDERS, Deployment, is_replica, key_id, key_label
from kmsgen.render.names import digest, file_label, unique
from kmsgen.render.text import shell
from kmsgen.render.text.environment import environment
from kmsgen.render.text.json_text import compact_json, request_file

FORMAT = "grants"
TEMPLATES = environment("grants", {"sh": shell.quote})
GRANT_NAME = re.compile(r"[A-Za-z0-9:/_-]{1,256}\Z")
# no name that Windows keeps for a device, with or without an ending: Microsoft Learn, Naming Files, Paths, and Namespaces
_PLAIN = re.compile(r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z)[a-z0-9_-]{1,100}\Z")


class GrantCall(NamedTuple):
    """A CreateGrant call. `key_arn` is empty for a key to create.

    `label` is a file name without its ending, unique but for replicas to create: theirs is the primary's.
    """

    label: str
    key_arn: str
    region: str
    grant: Grant
    of_replica: bool = False

    @property
    def request(self) -> dict[str, Any]:
        """The CreateGrant request; without KeyId for a key to create."""
        known = {"KeyId": self.key_arn} if self.key_arn else {}
        return {**known, **format_grant(self.grant)}

    @property
    def retired_by(self) -> str:
        """The ARN of the retiring principal, who may list what it may retire; empty where there is none, or it is a service."""
        return "" if self.grant.retiring_is_service else self.grant.retiring or ""

    @property
    def request_json(self) -> str:
        """The request without the key, on one line."""
        return compact_json(format_grant(self.grant))


def render(deployment: Deployment) -> Rendering:
    """Write `grants.sh` and `grants.json` of a bundle; nothing where there is no grant. Raises InputError as `calls` does."""
    found = calls(deployment)
    return Rendering(tuple(script(deployment, found, FORMAT, gone(deployment))))


def calls(deployment: Deployment) -> list[GrantCall]:
    """Return a CreateGrant call for each grant, in the bundle's order. Raises InputError for a name that KMS would not take."""
    keys, replicas = [access for access in deployment.bundle.keys if not is_replica(access)], deployment.replicas
    return [call for some in (keys, *([one] for one in replicas)) for call in _calls_on(deployment, some)]


def _calls_on(deployment: Deployment, keys: Iterable[KeyAccess]) -> Iterator[GrantCall]:
    pairs = [(access, grant) for access in keys for grant in access.grants]
    labels = unique(_label(access, grant) for access, grant in pairs)
    yield from (_call(deployment, label, access, grant) for label, (access, grant) in zip(labels, pairs, strict=True))


def held(deployment: Deployment) -> tuple[str, ...]:
    """Return the grants of a bundle, each the ARN of its key, a space and the name under which it is made."""
    arns = [access.key.arn for access in deployment.bundle.keys for _ in access.grants]
    made = (_named(call, deployment.name) for call in calls(deployment))
    return tuple(f"{arn} {call.grant.name}" for arn, call in zip(arns, made, strict=True))


def contents(deployment: Deployment) -> dict[str, str]:
    """Return a digest of what each grant is, by what `held` calls it."""
    return dict(zip(held(deployment), (digest(call.request_json) for call in calls(deployment)), strict=True))


def changed(deployment: Deployment) -> tuple[str, ...]:
    """Return the grants that were others under their names, and may be out there beside what they are now."""
    before, now = deployment.history.contents, contents(deployment)
    return tuple(one for one in now if before.get(one, now[one]) != now[one] or one in deployment.former.changed)


def gone(deployment: Deployment) -> tuple[str, ...]:
    """Return the grants of earlier renders that the bundle has no more, written as `held` does."""
    now = held(deployment)
    new = {access.key.arn for access in deployment.bundle.keys if access.creation is not None}
    return tuple(
        one
        for one in deployment.former.grants
        if one not in now and (one.partition(" ")[0] in new or not one.partition(" ")[0].endswith(PLACEHOLDERS))
    )


def _label(access: KeyAccess, grant: Grant) -> str:
    """Return a label made of a grant and its key alone, so that no other one's coming or going changes it."""
    name = grant.name or f"grant-{digest(compact_json(format_grant(grant)))}"
    own = name if _PLAIN.match(name) else f"{file_label(name)}-{digest(name)}"
    return own if access.creation is not None else f"{own}-{file_label(key_label(access.key.arn))}"


def _call(deployment: Deployment, label: str, access: KeyAccess, grant: Grant) -> GrantCall:
    if grant.name is not None and not GRANT_NAME.match(grant.name):
        raise deployment.refuse("grant-name", f"`{grant.name}` is not a name for a grant", "use letters, digits and `:/_-`")
    key_arn = "" if access.creation is not None else access.key.arn
    return GrantCall(label, key_arn, region_of(access.key.arn), grant, is_replica(access))


def script(deployment: Deployment, found: Iterable[GrantCall], format_: str, ended: Iterable[str] = ()) -> list[Artifact]:
    """Return `grants.sh`, which makes these calls, and `grants.json`, their requests, in the folder of the format.

    `ended` are grants to revoke, as `gone` has them; without calls and these there are no files.
    """
    found = [_named(call, deployment.name) for call in found]
    revoked = [_ended(one) for one in ended]
    if not (found or revoked):
        return []
    created = [access.key.arn for access in deployment.bundle.keys if access.creation is not None]
    places = {region_of(arn): arn.removesuffix(key_id(arn)) for arn in created}
    account = deployment.account
    told = {"intent": deployment.name, "calls": found, "ended": revoked, "places": places}
    text = TEMPLATES.get_template("grants.sh.j2").render(told)
    requests = request_file([call.request for call in found if not call.of_replica])
    return [
        Artifact(f"{format_}/grants.sh", text, format_, "grant-calls", account=account, executable=True),
        Artifact(f"{format_}/grants.json", requests, format_, "grant-requests", account=account),
    ]


def _ended(grant: str) -> tuple[str, str, str]:
    """Return the ARN of the key (empty for one to create), the Region and the name of a grant to revoke."""
    arn, _, name = grant.partition(" ")
    return "" if arn.endswith(PLACEHOLDERS) else arn, region_of(arn), name


def _named(call: GrantCall, intent: str) -> GrantCall:
    """Return a call whose grant has a name: without one, CreateGrant run twice makes two grants."""
    if call.grant.name is not None:
        return call
    return call._replace(grant=call.grant._replace(name=f"{file_label(intent)}-{call.label}"))

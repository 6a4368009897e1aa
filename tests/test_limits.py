"""docs/limits.md, row by row: at the limit an intent is rendered, one beyond it has the answer that the row tells."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from kmsgen.compiler.compile import compile_intent
from kmsgen.errors import KmsgenError
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import parse
from kmsgen.render.claims import claims, too_many_to_attach
from kmsgen.render.deployment import deployment_of
from kmsgen.render.render import render
from tests.golden.cases import ROOT
from tests.real.terraform_cli import terraform

ROWS = re.findall(r"^\| (?!limit|---)([^|]+) \| [^|]+ \| ([^|]+) \|$", (ROOT / "docs/limits.md").read_text("utf-8"), re.MULTILINE)
HEAD = 'kmsgen: 1\nname: app\nscope: {account: "111122223333", regions: [us-west-2]}\nadmins: [role/Admin]\n'
KEYS = [f"arn:aws:kms:us-west-2:111122223333:key/{n:08d}-12ab-34cd-56ef-1234567890ab" for n in range(800)]


class Limit(NamedTuple):
    """What an intent says at a limit and beyond it, and what is rendered."""

    at: str
    beyond: str
    formats: tuple[str, ...] = ("json", "cloudformation", "terraform")


def key(fields: str) -> str:
    """Return an intent that creates a key."""
    return f"key: {{alias: a, {fields}}}\n"


def tagged(*pairs: tuple[str, str]) -> str:
    """Return an intent that creates a key with tags."""
    return key(f"tags: {json.dumps(dict(pairs), ensure_ascii=False)}")


def granted(grantee: str = "role/x", name: str = "g") -> str:
    """Return an intent with a grant."""
    return key("") + f'grants: [{{name: "{name}", grantee: "{grantee}", operations: [Decrypt]}}]\n'


def constrained(*values: str) -> str:
    """Return an intent with a grant under an encryption context of these values."""
    pairs = ", ".join(f"{name}: {value}" for name, value in zip("abcdefghi", values, strict=False))
    constraints = f"constraints: {{encryption_context_subset: {{{pairs}}}}}"
    return key("") + f"grants: [{{name: g, grantee: role/x, operations: [Decrypt], {constraints}}}]\n"


def sourced(name: str, place: str = "us-west-2:111122223333") -> str:
    """Return an intent with a grant that is limited to a resource."""
    grant = f'{{name: g, grantee: role/x, operations: [Decrypt], constraints: {{source_arn: "arn:aws:logs:{place}:{name}"}}}}'
    return key("") + f"grants: [{grant}]\n"


def used(people: Iterable[str]) -> str:
    """Return an intent with a line for each of these."""
    return key("") + "users:\n" + "".join(f'  - {{principal: "{one}", can: [decrypt]}}\n' for one in people)


def contexts(count: int) -> str:
    """Return an intent whose key policy holds characters that Terraform sends as six."""
    return key("") + f'users: [{{principal: role/x, can: [decrypt], when: {{encryption_context: {{a: "{"<" * count}"}}}}}}]\n'


def in_iam(count: int, context: str = "") -> str:
    """Return an intent that gives one principal an IAM policy about so many keys."""
    when = f", when: {{encryption_context: {{a: {context}}}}}" if context else ""
    users = f"users: [{{principal: role/x, can: [decrypt]{when}}}]\n"
    return f"keys: [{', '.join(KEYS[:count])}]\nkey_policy: keep\nspec: SYMMETRIC_DEFAULT\n{users}"


SESSION = "arn:aws:sts::111122223333:assumed-role/app/"
FEDERATED = "arn:aws:sts::111122223333:federated-user/"
LIMITS = {
    "a key policy of 32 KiB": Limit(used(f"role/{n:064}" for n in range(200)), used(f"role/{n:064}" for n in range(400))),
    "50 tags": Limit(tagged(*((f"t{n}", "") for n in range(50))), tagged(*((f"t{n}", "") for n in range(51)))),
    "letters, digits, spaces": Limit(tagged(("é _.:/=+-@", "é _.:/=+-@")), tagged(("a", "b!"))),
    "tags whose names": Limit(tagged(("Team", "a"), ("Teams", "b")), tagged(("Team", "a"), ("team", "b"))),
    "imported key material": Limit(
        "key: {spec: ECC_NIST_P256, usage: SIGN_VERIFY, origin: EXTERNAL}\n",
        "key: {spec: ML_DSA_44, usage: SIGN_VERIFY, origin: EXTERNAL}\n",
    ),
    "grantees and retiring": Limit(granted(f"role/{'a' * 223}/x"), granted(f"role/{'a' * 224}/x")),
    "names of grants": Limit(granted(name="a" * 256), granted(name="a" * 257)),
    "8 pairs in the": Limit(constrained("v" * 383), constrained("v" * 384)),
    "resources of 20 to 512": Limit(sourced("r" * 476), sourced("r" * 477)),
    "aliases of 256": Limit(f"key: {{alias: {'a' * 250}}}\n", f"key: {{alias: {'a' * 251}}}\n"),
    "names of users and roles": Limit(used([f"role/{'p' * 510}/{'r' * 64}"]), used([f"role/{'r' * 65}"])),
    "names of sessions": Limit(used([SESSION + "s" * 64]), used([SESSION + "s" * 65])),
    "names of federated": Limit(used([FEDERATED + "a" * 32]), used([FEDERATED + "a" * 33])),
    "descriptions of 8,192 characters": Limit(
        key(f"description: {'é' * 8192}"), key(f"description: {'é' * 8193}"), ("json", "cloudformation")
    ),
    "descriptions of 8,192 bytes": Limit(key(f"description: {'é' * 4096}"), key(f"description: {'é' * 4097}")),
    "rotation every": Limit(key("rotation_days: 2560"), key("rotation_days: 2561")),
    "7 to 30 days": Limit(key("deletion_window_days: 7"), key("deletion_window_days: 6")),
    "a template of 51,200": Limit(key(""), in_iam(300), ("cloudformation",)),
    "a key policy of 32 KiB as": Limit(contexts(4000), contexts(6000), ("terraform",)),
    "an IAM policy of 6,144": Limit(in_iam(100), in_iam(1, "a" * 6144), ("json",)),
    "10 managed policies": Limit(in_iam(300), in_iam(800), ("json",)),
}
OTHER_END = {
    "rotation every": key("rotation_days: 89"),
    "7 to 30 days": key("deletion_window_days: 31"),
    "8 pairs in the": constrained(*["v"] * 9),
    "resources of 20 to 512": sourced("r", place=":"),
    "names of users and roles": used([f"role/{'p' * 511}/r"]),
    "names of sessions": used([f"{SESSION}s"]),
    "tags whose names": tagged(("É", "a"), ("é", "b")),
    "names of federated": used([f"{FEDERATED}f"]),
}
SHOWN_IN = {
    "the same of a module's": "tests/test_limits.py",
    "paths of IAM policies": "tests/test_limits.py",
    "200 parameters": "tests/unit/render/merging/test_merge.py",
}


def row(start: str) -> str:
    """Return what the page says that kmsgen answers, of the row that begins so."""
    (found,) = (str(answer) for limit, answer in ROWS if limit.startswith(start) and start + " as" not in limit)
    return found


def said(text: str, formats: tuple[str, ...]) -> list[str]:
    """Return the codes of what is wrong with an intent, or its notes."""
    try:
        intent = resolve(parse(HEAD + text, "intent.yaml"))
        found = deployment_of(intent, compile_intent(intent).bundle)
        made = render(found, list(formats))
    except KmsgenError as error:
        return [one.code for one in error.diagnostics]
    many = too_many_to_attach(lambda: [claims(found, intent.keys_location)])
    return [*(one.code for one in many), *made.notes]


def test_every_row_is_shown() -> None:
    """Each is the row of one case, or of a test of its own."""
    starts = [start for limit, _ in ROWS for start in (*LIMITS, *SHOWN_IN) if limit.startswith(start)]
    assert len(ROWS) >= len({*LIMITS, *SHOWN_IN})
    assert sorted(set(starts)) == sorted({*LIMITS, *SHOWN_IN})
    assert [limit for limit, _ in ROWS if not limit.startswith((*LIMITS, *SHOWN_IN))] == []


@pytest.mark.parametrize("start", LIMITS)
def test_what_is_beyond_a_limit_is_told_and_what_is_at_it_is_not(start: str) -> None:
    """The codes of the row, or its note."""
    limit = LIMITS[start]
    codes = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row(start))) or {"S3"}
    for text in (limit.beyond, *([OTHER_END[start]] if start in OTHER_END else [])):
        assert any(code in one for one in said(text, limit.formats) for code in codes), start
    assert not [one for one in said(limit.at, limit.formats) for code in codes if code in one]


VALIDATED = [
    ("iam_policy_path", "/a/b/", "/a/b"),
    ("iam_policy_path", f"/{'a' * 510}/", f"/{'a' * 511}/"),
    ("tags", {f"t{n}": "" for n in range(49)}, {f"t{n}": "" for n in range(50)}),
    ("tags", {"é _.:/=+-@": "é"}, {"a!": "b"}),
    ("tags", {"a" * 128: "b" * 256}, {"a" * 129: "b"}),
    ("tags", {"a": "b" * 256}, {"a": "b" * 257}),
    ("tags", {"awsx:a": "b"}, {"AWS:a": "b"}),
]


@pytest.mark.real
def test_modules_refuse_what_aws_refuses_of_their_variables(tmp_path: Path) -> None:
    """Before anything is planned: a path and tags at their limits are taken, those beyond are not."""
    intent = resolve(parse(HEAD + tagged(("team", "x")) + "delegation: iam\n", "intent.yaml"))
    files = {one.path: one.text for one in render(deployment_of(intent, compile_intent(intent).bundle), ["terraform"]).artifacts}
    (tmp_path / "variables.tf").write_text(files["terraform/variables.tf"], encoding="utf-8")
    program = terraform(os.environ, tmp_path)
    program.run(tmp_path, "init", "-no-color")
    for name, at, beyond in VALIDATED:
        program.run(tmp_path, "plan", "-no-color", f"-var={name}={json.dumps(at) if isinstance(at, dict) else at}")
        with pytest.raises(AssertionError, match="Invalid value for variable"):
            program.run(
                tmp_path, "plan", "-no-color", f"-var={name}={json.dumps(beyond) if isinstance(beyond, dict) else beyond}"
            )

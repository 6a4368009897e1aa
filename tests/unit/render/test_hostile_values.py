"""Whatever its values hold, a template says what it says with plain ones: a value is never more than a value."""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment

from kmsgen.errors import RefusedError
from kmsgen.policy.document import Condition
from kmsgen.render import cloudformation, grant_calls
from kmsgen.render.render import render
from kmsgen.render.terraform import modules
from kmsgen.render.terraform.templates import TEMPLATES
from kmsgen.render.text import json_text
from tests.unit.render import hostile
from tests.unit.render.bundles import allow, deployment, document, role
from tests.unit.render.hostile import HOSTILE, PLAIN
from tests.unit.render.texts import NASTY


def short(text: str) -> str:
    """Return a name for the test of a text."""
    return ascii(text)[:40]


texts = pytest.mark.parametrize("text", HOSTILE, ids=short)
LONGEST_NAME = 1000  # YAML 1.2, 7.4.2: a name on one line has at most 1024 characters
ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))")
LETTERS = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def exchanged(data: Any, text: str) -> Any:
    """Return plain data with `text` in place of the plain one, names of mappings included."""
    if isinstance(data, dict):
        return {exchanged(name, text): exchanged(item, text) for name, item in data.items()}
    if isinstance(data, list):
        return [exchanged(item, text) for item in data]
    return data.replace(PLAIN, text) if isinstance(data, str) else data


# --- Terraform ----------------------------------------------------------------------------------------------------------


def tokens(source: str) -> list[tuple[str, str]]:
    """Return what HCL consists of, spaces left out: ("name", before a `=`), ("text", a literal), ("code", anything else).

    Text is what a literal means. A name may have quotes or none: it means the same.
    """
    code = "\n".join(line for line in source.split("\n") if line[:1] != "#")
    found = re.finditer(r'"((?:[^"\\\n]|\\.)*)"|([^"\s]+)', code)
    plain = [("code", match[2]) if match[2] else ("text", meaning(match[1])) for match in found]
    after = [*plain[1:], ("code", "")]
    return [("name", one[1]) if following == ("code", "=") else one for one, following in zip(plain, after, strict=True)]


def meaning(literal: str) -> str:
    """Return what a quoted literal of HCL means, which must hold no template (HCL native syntax, "Template Expressions")."""
    plain = re.sub(r"([$%])\1\{", "", literal)
    assert "${" not in plain
    assert "%{" not in plain
    undoubled = re.sub(r"([$%])\1\{", r"\1{", literal)
    return ESCAPE.sub(lambda match: LETTERS[match[3]] if match[3] else chr(int(match[1] or match[2], 16)), undoubled)


def files(text: str) -> list[str]:
    """Return each file of each module filled in with a text."""
    return [
        TEMPLATES.get_template(f"{name}.j2").render(module=module) for module in hostile.modules(text) for name in modules.FILES
    ]


@cache
def plain_files() -> list[tuple[int, list[tuple[str, str]]]]:
    """Return lines and tokens of each file filled in with the plain text."""
    return [(file.count("\n"), tokens(file)) for file in files(PLAIN)]


@texts
def test_terraform_reads_every_value_as_the_value(text: str) -> None:
    """The same blocks, arguments and expressions, and the text itself wherever the plain one stood."""
    for (lines, plain), nasty in zip(plain_files(), files(text), strict=True):
        assert nasty.count("\n") == lines
        assert tokens(nasty) == [(kind, value.replace(PLAIN, text)) for kind, value in plain]


@pytest.mark.parametrize("text", [text for text in NASTY if not (text.isascii() and text.isalpha())], ids=short)
def test_a_terraform_name_that_is_none_is_refused(text: str) -> None:
    """A reference cannot be quoted: what is no name never stands in one."""
    (module, *_) = hostile.modules(PLAIN)
    policies = [policy._replace(label=text) for policy in module.policies]
    for changed in (module._replace(policies=policies[:1]), module._replace(policies=policies[1:])):
        with pytest.raises(ValueError, match="identifier"):
            TEMPLATES.get_template("main.tf.j2").render(module=changed)
    grants = [grant._replace(label=text) for grant in module.grants]
    for changed in (module._replace(policies=policies), module._replace(grants=grants)):
        with pytest.raises(ValueError, match="identifier"):
            TEMPLATES.get_template("outputs.tf.j2").render(module=changed)
    key_policies = [policy._replace(label=text) for policy in module.key_policies]
    with pytest.raises(ValueError, match="identifier"):
        TEMPLATES.get_template("main.tf.j2").render(module=module._replace(key_policies=key_policies))


# --- CloudFormation -----------------------------------------------------------------------------------------------------


def stacks(text: str) -> list[Any]:
    """Return each template filled in with a text, as a reader of YAML has it."""
    template = cloudformation.TEMPLATES.get_template("template.yaml.j2")
    return [yaml.safe_load(template.render(template=one, intent=text)) for one in hostile.templates(text)]


@cache
def plain_stacks() -> list[Any]:
    """Return the templates filled in with the plain text."""
    return stacks(PLAIN)


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < LONGEST_NAME], ids=short)
def test_cloudformation_reads_every_value_as_the_value(text: str) -> None:
    """The same resources and properties, and the text itself wherever the plain one stood."""
    assert stacks(text) == [exchanged(stack, text) for stack in plain_stacks()]


def test_a_name_that_yaml_takes_on_no_line_is_refused() -> None:
    """A condition key of 2,000 characters cannot be written where a reader of YAML looks for it: nothing is."""
    long = (Condition("StringEquals", "kms:EncryptionContext:" + "a" * 2000, ("x",)),)
    with pytest.raises(RefusedError, match="read-back"):
        render(deployment((role("app"), document(allow("kms:Decrypt", when=long)))), ["cloudformation"])


# --- JSON and the shell -------------------------------------------------------------------------------------------------


@texts
def test_json_reads_every_value_as_the_value(text: str) -> None:
    """A policy and a request, the text wherever the plain one stood."""
    for write in (
        lambda value: json_text.policy_file(hostile.filled(hostile.DOCUMENT, value)),
        lambda value: json_text.request_file([call.request for call in hostile.calls(value)]),
    ):
        assert json.loads(write(text)) == exchanged(json.loads(write(PLAIN)), text)


MADE, EARLIER = "0a1b", "2c3d"
# Keeps its arguments; a grant that is made has the id MADE, and lists hold that and an EARLIER one.
AWS = f"""#!/bin/sh
printf '%s\\0' "$@" end >>"$KEPT"
case $2 in
  create-grant) printf '%s\\n' '{{' '    "GrantToken": "AQpA",' '    "GrantId": "{MADE}"' '}}' ;;
  list-*) printf '%s\\t%s\\n' {EARLIER} {MADE} ;;
esac
"""


def run(text: str, folder: Path, command: str, aws: str = AWS) -> list[list[str]]:
    """Run a command of `grants.sh` with a program as its `aws`; return the arguments of each call, without `kms`."""
    given = {"intent": text, "calls": hostile.calls(text), "ended": hostile.ended(text), "places": {text: text}}
    script = grant_calls.TEMPLATES.get_template("grants.sh.j2").render(given)
    (folder / "aws").write_text(aws)
    (folder / "aws").chmod(0o755)
    (folder / "grants.sh").write_bytes(script.encode())
    kept = folder / "kept"
    kept.unlink(missing_ok=True)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "KEPT": str(kept)}
    subprocess.run(
        ["sh", str(folder / "grants.sh"), command, "id"], env=environment, cwd=folder, check=True, timeout=30, capture_output=True
    )
    assert sorted(path.name for path in folder.iterdir()) == ["aws", "grants.sh", "kept"]
    words = kept.read_bytes().decode().removesuffix("\0").split("\0")
    return [call.split("\0")[1:] for call in "\0".join(words).removesuffix("\0end").split("\0end\0")]


shell_texts = pytest.mark.parametrize("text", [text for text in HOSTILE if "\0" not in text], ids=short)


@shell_texts
def test_a_shell_reads_every_value_as_the_value(text: str, tmp_path: Path) -> None:
    """Each call has the key, the Region, the name and the request as they are, and nothing else is run."""
    ids = ["--query", f"Grants[?Name=='{text}'].GrantId", "--output", "text"]
    keys = (text, f"{text}id")
    wanted = [
        ["create-grant", "--region", text, "--key-id", key, "--cli-input-json", call.request_json, "--output", "json"]
        for call, key in zip(hostile.calls(text), keys, strict=True)
    ]
    for key in keys:
        there = ["--region", text, "--key-id", key]
        wanted += [["list-grants", *there, *ids], ["revoke-grant", *there, "--grant-id", EARLIER]]
    for key in keys:
        there = ["--region", text, "--key-id", key]
        wanted.append(["list-grants", *there, *ids])
        wanted += [["revoke-grant", *there, "--grant-id", one] for one in (EARLIER, MADE)]
    assert run(text, tmp_path, "create") == wanted


@shell_texts
def test_a_shell_reads_the_retiring_principal_as_it_is(text: str, tmp_path: Path) -> None:
    """It lists what it may retire, of this name and on this key, and retires that."""
    wanted = []
    for key in (text, f"{text}id"):
        query = f"Grants[?Name=='{text}' && ends_with(KeyId, '{key.rpartition('/')[2]}')].GrantId"
        listed = ["--region", text, "--retiring-principal", text, "--query", query, "--output", "text"]
        retired = (["retire-grant", "--region", text, "--key-id", key, "--grant-id", one] for one in (EARLIER, MADE))
        wanted += [["list-retirable-grants", *listed], *retired]
    assert run(text, tmp_path, "retire") == wanted


def test_an_answer_without_an_id_leaves_earlier_grants_as_they_are(tmp_path: Path) -> None:
    """What had the name is revoked only when it is known which grant took its place; else the script fails."""
    with pytest.raises(subprocess.CalledProcessError, match="exit status 1"):
        run(PLAIN, tmp_path, "create", AWS.replace('"GrantId"', '"Grant"'))
    assert b"create-grant" in (tmp_path / "kept").read_bytes()
    assert b"revoke-grant" not in (tmp_path / "kept").read_bytes()


# --- every template -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [json_text.TEMPLATES, grant_calls.TEMPLATES, cloudformation.TEMPLATES, TEMPLATES])
def test_every_template_is_filled_in_with_every_value(engine: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above leave no template out: one that is new is reached by them, or fails here."""
    used: set[str] = set()
    load = type(engine.loader).load
    monkeypatch.setattr(type(engine.loader), "load", lambda *given: (used.add(str(given[2])), load(*given))[1])
    assert engine.cache is not None
    engine.cache.clear()
    files(PLAIN)
    stacks(PLAIN)
    json_text.policy_file(hostile.DOCUMENT)
    json_text.request_file([])
    grant_calls.TEMPLATES.get_template("grants.sh.j2").render(intent="x", calls=hostile.calls("x"), ended=[], places={"x": "x"})
    assert used >= {name for name in engine.list_templates() if name.endswith(".j2")}

"""What a file extends: whose content wins, which lines stay, and what cannot be extended."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.errors import InputError
from kmsgen.intent.load import load_intent
from tests.unit.cli.running import piped
from tests.unit.intent.conftest import codes_of, intent, write


def test_base_cannot_lose_its_lines(tmp_path: Path) -> None:
    """Neither an empty list nor an empty field of the extending file takes lines of the base away."""
    write(tmp_path, {"base.yaml": "guardrails: [deny-delete]\nnever:\n  - {principal: '*', actions: [kms:Decrypt]}\n"})
    write(tmp_path, {"a.yaml": intent("a", "base.yaml") + "guardrails: []\nnever:\n"})
    found = load_intent(tmp_path / "a.yaml")
    assert ([line.name for line in found.guardrails], len(found.never)) == (["deny-delete"], 1)


@pytest.mark.parametrize(("base", "top"), [("role/A", "role/B"), ("[role/A]", "role/B"), ("role/A", "[role/B]")])
def test_a_single_text_is_a_line_like_others(base: str, top: str, tmp_path: Path) -> None:
    """It joins the lines of the base, and takes none away."""
    write(tmp_path, {"base.yaml": f"admins: {base}\nguardrails: deny-delete\n"})
    head = 'kmsgen: 1\nname: a\nextends: base.yaml\nscope: {account: "111122223333", regions: [us-west-2]}\nkey: {alias: a}\n'
    write(tmp_path, {"a.yaml": f"{head}admins: {top}\nguardrails: deny-insecure-transport\n"})
    found = load_intent(tmp_path / "a.yaml")
    assert [line.principal.rpartition("/")[2] for line in found.admins] == ["A", "B"]
    assert [Path(line.location.path).name for line in found.admins] == ["base.yaml", "a.yaml"]
    assert [line.name for line in found.guardrails] == ["deny-delete", "deny-insecure-transport"]


def test_bases_extend_bases(tmp_path: Path) -> None:
    """Extending goes to any depth; the nearer file wins, and each line keeps its own file's place."""
    top = "kmsgen: 1\nname: a\nextends: ../one.yaml\nkey: {tags: {a: near}}\n"
    middle = "extends: deep/two.yaml\nkey: {tags: {a: middle, b: middle}}\n"
    scope = 'scope: {account: "111122223333", regions: [us-west-2]}\n'
    far = f"{scope}key: {{tags: {{b: far, c: far}}}}\nadmins: [role/A]\n"
    write(tmp_path, {"x/a.yaml": top, "one.yaml": middle, "deep/two.yaml": far})
    found = load_intent(tmp_path / "x" / "a.yaml")
    assert found.key is not None
    assert dict(found.key.tags) == {"a": "near", "b": "middle", "c": "far"}
    assert (Path(found.admins[0].location.path).name, found.admins[0].location.line) == ("two.yaml", 3)


def test_a_base_that_two_bases_extend_counts_once(tmp_path: Path) -> None:
    """Its lines come once, and what one of the two changes of it is not taken back by the other."""
    scope = 'scope: {account: "111122223333", regions: [us-west-2]}\nkey: {tags: {env: dev, org: acme}}\n'
    shared = "admins: [role/A]\nguardrails: [deny-lockout-bypass]\n"
    write(tmp_path, {"_base.yaml": scope + shared, "d.yaml": "kmsgen: 1\nname: d\nextends: [_a.yaml, sub/_b.yaml]\n"})
    write(tmp_path, {"_a.yaml": "extends: _base.yaml\nkey: {tags: {env: prod}}\nusers: [{principal: role/a, can: [decrypt]}]\n"})
    write(tmp_path, {"sub/_b.yaml": "extends: ../_base.yaml\nusers: [{principal: role/b, can: [decrypt]}]\n"})
    found = load_intent(tmp_path / "d.yaml")
    assert [line.principal.rpartition("/")[2] for line in (*found.admins, *found.users)] == ["A", "a", "b"]
    assert len(found.guardrails) == 1
    assert found.key is not None
    assert dict(found.key.tags) == {"env": "prod", "org": "acme"}


def test_what_comes_through_a_pipe_extends_nothing() -> None:
    """Beside `/dev/fd/63`, as `<(git show HEAD:a.yaml)` is called, there is no file of the repository."""
    with pytest.raises(InputError) as caught:
        load_intent(piped(intent("a", "base.yaml")))
    assert codes_of(caught) == ["extends-path"]


@pytest.mark.parametrize(
    ("extends", "code"),
    [
        ("/etc/hosts.yaml", "extends-path"),
        ("~/x.yaml", "extends-path"),
        ("file:x.yaml", "extends-path"),
        ("..\\x.yaml", "extends-path"),
        ("../../outside.yaml", "extends-path"),
        ("link.yaml", "extends-path"),
        ("base.txt", "extends-path"),
        ("", "extends-path"),
        ("folder.yaml", "is-a-directory"),
        ("missing.yaml", "no-such-file"),
        ("circle.yaml", "extends-cycle"),
        ("list.yaml", "wrong-type"),
        ("named.yaml", "extends-name"),
    ],
)
def test_what_cannot_be_extended(extends: str, code: str, tmp_path: Path) -> None:
    """A base is a relative path to a mapping without a name, in the repository once links are followed, and in no circle."""
    repository = tmp_path / "repository"
    write(tmp_path, {"outside.yaml": "never: []\n"})
    quoted = f'"{extends}"'.replace("\\", "\\\\")
    write(repository, {".git/HEAD": "", "in/a.yaml": intent("a", quoted), "in/base.txt": "", "in/folder.yaml/x": ""})
    write(repository / "in", {"circle.yaml": "extends: [second.yaml]\n", "second.yaml": "extends: circle.yaml\n"})
    write(repository / "in", {"list.yaml": "- x\n", "named.yaml": "name: b\n"})
    (repository / "in" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(InputError) as caught:
        load_intent(repository / "in" / "a.yaml")
    assert codes_of(caught) == [code]


def test_too_many_bases(tmp_path: Path) -> None:
    """No file makes another one read without end."""
    write(tmp_path, {f"b{n}.yaml": f"extends: [b{n + 1}.yaml, b{n + 1}.yaml]\n" for n in range(40)})
    write(tmp_path, {"b40.yaml": "never: []\n", "a.yaml": intent("a", "b0.yaml")})
    with pytest.raises(InputError) as caught:
        load_intent(tmp_path / "a.yaml")
    assert "extends-too-many" in codes_of(caught)

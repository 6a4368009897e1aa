"""Output of intents that are gone, intents that claim one thing, and output within the folder that is rendered."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kmsgen.cli.app import app
from kmsgen.cli.jobs.rendering.gone import source_of
from kmsgen.errors import KmsgenError

INTENT = """kmsgen: 1
name: {name}
scope: {{account: "111122223333", regions: [us-west-2]}}
admins: [role/Admin]
{key}
"""
ADOPTED = "keys: [arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab]"
Render = Callable[..., Result]


@pytest.fixture
def render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    """Return a function that renders as CloudFormation within a folder that holds two intents, each with a key of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        write(name)
    return lambda *words: CliRunner().invoke(app, ["render", *words, "--no-lint", "--format", "cloudformation"])


def write(name: str, key: str = "") -> None:
    """Write an intent into the folder `intents`."""
    Path("intents").mkdir(exist_ok=True)
    Path(f"intents/{name}.yaml").write_text(INTENT.format(name=name, key=key or f"key: {{alias: {name}}}"))


def problem(result: Result) -> str:
    """Return what a run that failed says."""
    assert isinstance(result.exception, KmsgenError), result.output
    return str(result.exception)


def test_output_of_an_intent_that_is_gone_is_found_and_removed(render: Render) -> None:
    """`--check` tells of it, `render` removes it, and then there is nothing more to do."""
    assert render("intents").exit_code == 0
    Path("intents/two.yaml").unlink()
    found = render("intents", "--check")
    assert found.exit_code == 1
    assert "out/two/cloudformation/template.yaml (on disk)" in found.stdout
    removed = render("intents")
    assert (removed.exit_code, "intent-gone" in removed.stderr) == (0, True)
    assert not Path("out/two").exists()
    assert Path("out/one/manifest.json").exists()
    assert render("intents", "--check").exit_code == 0


def test_the_folder_of_an_intent_that_is_gone_stays_where_it_holds_more(render: Render) -> None:
    """What kmsgen did not write is nobody's but the user's."""
    render("intents")
    Path("intents/two.yaml").unlink()
    Path("out/two/mine.txt").write_text("mine")
    assert render("intents").exit_code == 0
    assert [path.name for path in Path("out/two").iterdir()] == ["mine.txt"]


def test_output_that_was_changed_is_not_removed(render: Render) -> None:
    """Nobody's edit is lost."""
    render("intents")
    Path("intents/two.yaml").unlink()
    template = Path("out/two/cloudformation/template.yaml")
    template.write_text(template.read_text() + "# mine")
    assert "not-ours" in problem(render("intents"))
    assert template.exists()


@pytest.mark.parametrize("paths", [["intents/one.yaml"], ["others"]])
def test_output_of_what_is_not_rendered_stays(render: Render, paths: list[str]) -> None:
    """One file, or another folder, tells nothing of whether an intent is gone."""
    render("intents")
    Path("others").mkdir()
    Path("intents/two.yaml").rename("others/three.yaml")
    text = Path("others/three.yaml").read_text().replace("two", "three")
    Path("others/three.yaml").write_text(text)
    assert render(*paths, "--check").exit_code == (paths == ["others"])
    assert render(*paths).exit_code == 0
    assert Path("out/two/manifest.json").exists()


def test_output_within_the_folder_is_no_intent(render: Render) -> None:
    """`render .` writes into the folder that it reads."""
    assert render(".").exit_code == 0
    assert render(".", "--check").exit_code == 0


def test_a_manifest_hides_no_intent(render: Render) -> None:
    """What it lists is passed over only where it is a template."""
    render(".")
    template = Path("out/one/cloudformation/template.yaml")
    template.write_text(INTENT.format(name="one", key="key: {alias: three}"))
    assert "duplicate-name" in problem(render(".", "--out", "elsewhere"))


@pytest.mark.parametrize("key", ["key: {alias: same}", ADOPTED])
def test_two_intents_of_a_run_do_not_take_one_thing(render: Render, key: str) -> None:
    """An alias, or the policy of a key: both places are told, and nothing is written."""
    write("one", key)
    write("two", key)
    told = problem(render("intents"))
    assert "claimed-twice" in told
    assert "intents/one.yaml:5:" in told
    assert "intents/two.yaml:5:" in told
    assert not Path("out").exists()


def test_the_way_to_a_file_is_told_within_one_folder(tmp_path: Path) -> None:
    """Elsewhere it would tell how this machine is laid out, and differ on the next."""
    (tmp_path / "a.yaml").write_text("")
    assert source_of(str(tmp_path / "a.yaml"), tmp_path / "out/a") == "../../a.yaml"
    assert source_of(str(tmp_path / "a.yaml"), Path("/elsewhere/a")) is None
    assert source_of("-", tmp_path / "out/a") is None


def renamed(name: str, key: str = "key: {alias: one}") -> None:
    """Give the intent in `intents/one.yaml` another name."""
    Path("intents/one.yaml").write_text(INTENT.format(name=name, key=key))


@pytest.mark.parametrize("key", ["key: {alias: one}", ADOPTED])
def test_an_intent_whose_file_has_another_name_too_goes_on_with_its_keys(render: Render, key: str) -> None:
    """It is known by the alias of its key, or by its keys, where the file under which they were is gone."""
    write("one", key)
    assert render("intents").exit_code == 0
    Path("intents/one.yaml").unlink()
    write("uno", key)
    told = render("intents").stderr
    assert "what was rendered of `one` goes on in its folder" in " ".join(told.split())
    assert "`intent-renamed` of its file has the steps" in told
    assert not Path("out/one").exists()
    assert "intent-gone" not in render("intents", "--applied").stderr


def test_an_intent_that_goes_with_its_file_is_not_that_of_one_that_takes_its_key_over(render: Render) -> None:
    """The module of the one that goes would reset the policy of the key: that is told."""
    another = ADOPTED.replace("1234abcd", "4321dcba")
    write("one", ADOPTED)
    write("two", another)
    assert render("intents").exit_code == 0
    Path("intents/one.yaml").unlink()
    write("two", another.replace("]", f", {ADOPTED.partition('[')[2]}"))
    told = render("intents").stderr
    assert "intent-renamed" not in told
    assert "let Terraform let go of" in told


def test_a_rename_takes_the_old_folder_along(render: Render) -> None:
    """Also where one file is rendered: who renames back starts from what was rendered last, and not from what was left."""
    assert render("intents/one.yaml").exit_code == 0
    renamed("uno")
    assert render("intents/one.yaml", "--check").exit_code == 1
    told = render("intents/one.yaml").stderr
    assert ("intent-renamed" in told, Path("out/one/manifest.json").exists()) == (True, False)
    renamed("one")
    told = render("intents/one.yaml").stderr
    assert "rendered of `uno` goes on" in told
    assert not Path("out/uno/manifest.json").exists()


@pytest.mark.parametrize(("one", "two"), [("two", "one"), ("other", "one")], ids=["swapped", "handed on"])
def test_an_alias_is_taken_only_when_it_is_given_up(render: Render, one: str, two: str) -> None:
    """Until the intent that had it is rendered with `--applied` its key may carry it, and KMS would refuse the other."""
    assert render("intents").exit_code == 0
    write("one", f"key: {{alias: {one}}}")
    write("two", f"key: {{alias: {two}}}")
    told = problem(render("intents"))
    assert "claimed-twice: the alias `alias/one`" in told
    assert "is still that of intents/one.yaml" in told
    assert "--applied" in told


def test_an_alias_that_was_given_up_can_be_taken(render: Render) -> None:
    """First it goes from one key, which is deployed, and then another takes it."""
    assert render("intents").exit_code == 0
    write("one", "key: {alias: other}")
    assert render("intents").exit_code == 0
    assert render("intents", "--applied").exit_code == 0
    write("two", "key: {alias: one}")
    assert render("intents").exit_code == 0


KEYS = [f"arn:aws:kms:us-west-2:111122223333:key/{number:08d}-12ab-34cd-56ef-1234567890ab" for number in (1, 2)]
GRANTED = "grants: [{name: nightly, grantee: role/x, operations: [Decrypt]}]"


def adopting(name: str, *keys: str) -> None:
    """Write an intent that grants something on keys that exist."""
    write(name, f"keys: [{', '.join(keys)}]\n{GRANTED}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"one": KEYS}, {"one": KEYS[:1], "two": KEYS[1:]}),
        ({"one": KEYS[:1], "two": KEYS[1:]}, {"one": KEYS}),
        ({"one": KEYS[:1], "two": KEYS[1:]}, {"one": KEYS[1:], "two": KEYS[:1]}),
    ],
    ids=["split", "joined", "swapped"],
)
def test_a_grant_is_taken_only_when_it_is_given_up(
    render: Render, before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    """KMS answers an identical grant with the id of the one that is there, which the intent that had it then revokes."""
    for intents in (before, after):
        shutil.rmtree("intents")
        for name, keys in intents.items():
            adopting(name, *keys)
        if intents is before:
            assert render("intents").exit_code == 0
    told = problem(render("intents"))
    assert "claimed-twice: the grant `nightly` on" in told
    assert "another name" in told


def test_a_grant_of_another_name_is_another_grant(render: Render) -> None:
    """Both are there until the old one is revoked: nobody's access pauses."""
    Path("intents/two.yaml").unlink()
    adopting("one", *KEYS)
    assert render("intents").exit_code == 0
    adopting("one", KEYS[0])
    write("two", f"keys: [{KEYS[1]}]\n{GRANTED.replace('nightly', 'daily')}")
    assert render("intents").exit_code == 0


def test_grants_of_an_intent_that_is_gone_are_told(render: Render) -> None:
    """What the script made nothing revokes once its folder is gone."""
    adopting("two", *KEYS)
    assert render("intents").exit_code == 0
    Path("intents/two.yaml").unlink()
    told = render("intents").stderr
    assert f"`nightly` of `{KEYS[0]}`" in told
    assert "revoke-grant" in told


def named(file: str, name: str, key: str = "key: {}") -> None:
    """Write an intent of a name into a file of another."""
    Path(f"intents/{file}.yaml").write_text(INTENT.format(name=name, key=key))


@pytest.mark.parametrize("again", [("two", "one"), ("two", None)], ids=["swapped", "taken over"])
def test_a_name_is_taken_only_when_it_is_given_up(render: Render, again: tuple[str | None, ...]) -> None:
    """The stack of one intent would get the key policy of another, and its key with it."""
    for name in ("one", "two"):
        named(name, name, f"key: {{description: of {name}}}")
    assert render("intents").exit_code == 0
    for file, name in zip(("one", "two"), again, strict=True):
        if name is None:
            Path(f"intents/{file}.yaml").unlink()
        else:
            named(file, name, f"key: {{description: of {file}}}")
    before = Path("out/two/manifest.json").read_bytes()
    told = problem(render("intents"))
    assert "intents/one.yaml" in told
    assert "name-taken: `two` is what `intents/two.yaml` was rendered to" in told
    assert Path("out/two/manifest.json").read_bytes() == before


def test_a_copy_does_not_take_the_name_of_a_file_that_is_there(render: Render) -> None:
    """Also where it alone is rendered."""
    assert render("intents").exit_code == 0
    named("copy", "two", "key: {alias: copy}")
    assert "name-taken" in problem(render("intents/copy.yaml"))


def test_a_file_that_is_moved_keeps_its_folder(render: Render) -> None:
    """It goes on where it was."""
    assert render("intents").exit_code == 0
    Path("intents/sub").mkdir()
    Path("intents/two.yaml").rename("intents/sub/other.yaml")
    assert render("intents").exit_code == 0
    assert '"source": "../../intents/sub/other.yaml"' in Path("out/two/manifest.json").read_text()
    assert render("intents", "--check").exit_code == 0


def test_files_that_are_swapped_keep_their_folders(render: Render) -> None:
    """What an intent is called tells which it is; only the way to its file is another one."""
    assert render("intents").exit_code == 0
    for here, there in (("one", "between"), ("two", "one"), ("between", "two")):
        Path(f"intents/{here}.yaml").rename(f"intents/{there}.yaml")
    assert render("intents").exit_code == 0
    assert '"source": "../../intents/one.yaml"' in Path("out/two/manifest.json").read_text()
    assert render("intents", "--check").exit_code == 0


def test_names_are_swapped_by_way_of_a_third(render: Render) -> None:
    """Each render takes what was rendered of a file along."""
    for name in ("one", "two"):
        named(name, name)
    assert render("intents").exit_code == 0
    for file, name in (("one", "between"), ("two", "one"), ("one", "two")):
        named(file, name)
        assert render("intents").exit_code == 0, (file, name)
    assert '"source": "../../intents/one.yaml"' in Path("out/two/manifest.json").read_text()

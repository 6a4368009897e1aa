"""`kmsgen render` through the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kmsgen.cli import app as application
from kmsgen.cli.console import complain
from kmsgen.cli.jobs.rendering import rendering
from kmsgen.cli.reports.progress import MANY
from kmsgen.errors import Diagnostic, KmsgenError, Location, RefusedError
from kmsgen.intent.intent import Intent
from tests.golden.cases import ROOT

EXAMPLE = ROOT / "examples" / "payments" / "intent.yaml"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `kmsgen render` in an empty folder that holds `intent.yaml`; cfn-lint only where asked."""
    shutil.copy(EXAMPLE, tmp_path / "intent.yaml")
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, lint: bool = False) -> Result:
        words = ["render", *arguments, *([] if lint else ["--no-lint"])]
        return CliRunner().invoke(application.app, words)

    return invoke


def said(result: Result) -> str:
    """Return what a failed run would print to stderr."""
    return str(result.exception) if isinstance(result.exception, KmsgenError) else result.stderr


def exit_code(result: Result) -> int:
    """Return the exit code that the command line turns the result into."""
    return result.exception.exit_code if isinstance(result.exception, KmsgenError) else result.exit_code


def change(old: str, new: str) -> None:
    """Change a text of `intent.yaml`."""
    path = Path("intent.yaml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_every_format_is_written_and_listed(run: Run) -> None:
    """The files are listed on stdout, one a line; what stands beside them is told on stderr."""
    result = run("intent.yaml")
    assert result.exit_code == 0, said(result)
    listed = result.stdout.split()
    assert listed[0] == "out/payments-data/json/key-policy.json"
    assert listed[-1] == "out/payments-data/manifest.json"
    assert all(Path(path).is_file() for path in listed)
    assert "grants have no CloudFormation resource" in result.stderr


def test_the_manifest_says_what_every_file_is(run: Run) -> None:
    """The manifest has an entry a file, with its format, kind, principal, account and digest."""
    run("intent.yaml")
    manifest = json.loads(Path("out/payments-data/manifest.json").read_text())
    entries = {entry["path"]: entry for entry in manifest["files"]}
    assert (manifest["intent"], sorted(manifest)) == (
        "payments-data",
        [
            "attached",
            "contents",
            "delegation",
            "deployer",
            "deployer_apart",
            "files",
            "grants",
            "intent",
            "keys",
            "kmsgen",
            "source",
            "terraform",
            "tools",
        ],
    )
    assert entries.keys() == {
        path.relative_to("out/payments-data").as_posix()
        for path in Path("out/payments-data").rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    partner = entries["json/iam/444455556666-role-partner.json"]
    assert (partner["kind"], partner["account"]) == ("identity-policy", "444455556666")
    assert partner["principal"] == "arn:aws:iam::444455556666:role/partner"


def test_the_answer_in_json_names_intents_files_and_notes(run: Run) -> None:
    """`--output json` prints one document."""
    answer = json.loads(run("intent.yaml", "--output", "json", "--format", "json", "--out", "there").stdout)
    assert answer["out"] == "there"
    (intent,) = answer["intents"]
    assert (intent["name"], intent["folder"]) == ("payments-data", "there/payments-data")
    assert "json/key-policy.json" in intent["files"]
    assert intent["files"] == intent["changed"]
    assert intent["notes"]


def test_check_is_quiet_where_nothing_differs(run: Run) -> None:
    """`--check` right after a render exits 0 and prints nothing."""
    run("intent.yaml")
    result = run("intent.yaml", "--check")
    assert (result.exit_code, result.stdout) == (0, "")


def test_check_shows_the_difference_and_writes_nothing(run: Run) -> None:
    """`--check` exits 1 with a diff where what is on disk differs, and leaves it as it is."""
    run("intent.yaml", "--format", "json")
    before = {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    change("can: [encrypt, decrypt, generate-data-key]", "can: [encrypt, generate-data-key]")
    result = run("intent.yaml", "--format", "json", "--check")
    assert result.exit_code == 1
    assert "(on disk)" in result.stdout
    assert '-        "kms:Decrypt",' in result.stdout
    assert {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()} == before


def test_check_before_the_first_render_fails(run: Run) -> None:
    """Nothing on disk is a difference, and stays nothing."""
    result = run("intent.yaml", "--format", "json", "--check")
    assert result.exit_code == 1
    assert not Path("out").exists()


def test_check_tells_of_an_edited_file(run: Run) -> None:
    """An edit by hand is a difference, not a conflict."""
    run("intent.yaml", "--format", "json")
    path = Path("out/payments-data/json/key-policy.json")
    path.write_text(path.read_text().replace("KmsAdmin", "Mallory"))
    result = run("intent.yaml", "--format", "json", "--check")
    assert exit_code(result) == 1
    assert "Mallory" in result.stdout


def test_an_edited_file_is_not_overwritten_unless_forced(run: Run) -> None:
    """What somebody changed is named and kept; `--force` overwrites it."""
    run("intent.yaml", "--format", "json")
    path = Path("out/payments-data/json/key-policy.json")
    path.write_text("{}")
    result = run("intent.yaml", "--format", "json")
    assert exit_code(result) == 1
    assert "was changed since kmsgen wrote it" in said(result)
    assert path.read_text() == "{}"
    assert run("intent.yaml", "--format", "json", "--force").exit_code == 0
    assert "KmsAdmin" in path.read_text()


def test_a_format_that_is_left_out_later_is_removed(run: Run) -> None:
    """The folder holds what the last render wrote, and says what went."""
    run("intent.yaml")
    result = run("intent.yaml", "--format", "json")
    assert "removed out/payments-data/terraform/main.tf" in result.stderr
    assert {path.name for path in Path("out/payments-data").iterdir()} == {"deployer", "json", "manifest.json"}


def test_the_same_input_gives_the_same_bytes(run: Run) -> None:
    """Two renders to two folders are equal, byte for byte."""
    run("intent.yaml", "--out", "a")
    run("intent.yaml", "--out", "b")
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (Path("a"), Path("b"))
    )
    assert first == second


def test_nothing_is_written_where_one_of_several_intents_is_bad(run: Run) -> None:
    """Every diagnostic of every intent is told, and no intent is written."""
    text = Path("intent.yaml").read_text()
    Path("bad.yaml").write_text(text.replace("name: payments-data", "name: bad").replace("[encrypt,", "[enkrypt,"))
    result = run("intent.yaml", "bad.yaml")
    assert exit_code(result) == 2
    assert "bad.yaml:" in said(result)
    assert not Path("out").exists()


def test_nothing_is_written_where_an_answer_is_no(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed question ends with exit 1 and an empty disk."""

    def no(*_: object) -> None:
        raise RefusedError([Diagnostic(Location("intent.yaml"), "excess-access", "somebody may decrypt")])

    monkeypatch.setattr(rendering, "confirm", no)
    result = run("intent.yaml")
    assert exit_code(result) == 1
    assert not Path("out").exists()


def test_nothing_of_a_long_run_is_written_where_its_last_answer_is_no(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done with before the last intent of many is kept back until that one is found sound."""
    text = Path("intent.yaml").read_text()
    Path("many").mkdir()
    for number in range(MANY):
        Path("many", f"{number}.yaml").write_text(
            text.replace("payments-data", f"p-{number}").replace("payments/data", f"p{number}")
        )

    def no_at_last(intent: Intent, _: object) -> None:
        if intent.name == f"p-{MANY - 1}":
            raise RefusedError([Diagnostic(Location(intent.path), "excess-access", "somebody may decrypt")])

    monkeypatch.setattr(rendering, "confirm", no_at_last)
    assert exit_code(run("many")) == 1
    assert not Path("out").exists()


def test_a_finding_of_cfn_lint_fails_the_render(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The linter is asked unless `--no-lint` is given, and what it finds is not written."""
    from kmsgen.render import cfn_lint  # noqa: PLC0415 - replaced here

    found = [cfn_lint.LintFinding("E3002", "no such property", 3, 5)]
    monkeypatch.setattr(cfn_lint, "findings", lambda *_: found)
    result = run("intent.yaml", "--format", "cloudformation", lint=True)
    assert exit_code(result) == 1
    assert "out/payments-data/cloudformation/template.yaml:3:5: E3002: no such property" in said(result)
    assert not Path("out").exists()
    assert run("intent.yaml", "--format", "cloudformation").exit_code == 0


def test_a_folder_of_intents_is_rendered_without_its_bases(run: Run) -> None:
    """Every intent of a folder gets its own folder; files named `_*` are for others to extend."""
    Path("intents").mkdir()
    text = Path("intent.yaml").read_text()
    for name in ("one", "two", "_base"):
        named = text.replace("name: payments-data", f"name: {name}").replace("payments/data", name)
        Path("intents", f"{name}.yaml").write_text(named)
    assert run("intents", "--format", "json").exit_code == 0
    assert {path.name for path in Path("out").iterdir()} == {"one", "two"}


def test_a_preset_is_rendered_with_its_parameters(run: Run) -> None:
    """`--preset` with `--set` stands in place of a file."""
    given = ["--set", "account=111122223333", "--set", "principal=role/Auditor"]
    result = run("--preset", "console-read-only", *given, "--format", "json")
    assert result.exit_code == 0, said(result)
    assert Path("out/console-read-only/json/iam/role-Auditor.json").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--set", "a=b", "intent.yaml"],
        ["--preset", "console-read-only", "intent.yaml"],
        ["--preset", "console-read-only", "--set", "account"],
        ["--preset", "no-such-preset"],
        ["missing.yaml"],
        ["intent.yaml", "--format", "pulumi"],
        ["intent.yaml", "intent.yaml", "--outt", "x"],
    ],
)
def test_wrong_usage_is_exit_2_and_writes_nothing(run: Run, arguments: list[str]) -> None:
    """What cannot be understood is told with what to do, and nothing is written."""
    result = run(*arguments)
    assert exit_code(result) == 2
    assert said(result)
    assert not Path("out").exists()


def test_the_output_folder_of_an_intent_may_not_be_a_link(run: Run, tmp_path: Path) -> None:
    """A link in place of the intent's folder is refused, also with --force."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "payments-data").symlink_to(tmp_path / "elsewhere")
    result = run("intent.yaml", "--format", "json", "--force")
    assert exit_code(result) == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_error_prints_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """Every diagnostic is printed to stderr with its hint."""
    complain(RefusedError([Diagnostic(Location("x", 1, 2), "code", "message", "do that")]))
    assert capsys.readouterr().err == "x:1:2: code: message\n  hint: do that\n"


def test_an_edit_that_takes_another_key_is_refused_unless_it_is_asked_for(run: Run) -> None:
    """The last manifest tells which key there was; nothing is written but with `--replace-key`, which says what is lost."""
    head = 'kmsgen: 1\nname: app\nscope: {account: "111122223333", regions: [us-west-2]}\nadmins: [role/Admin]\n'
    Path("intent.yaml").write_text(f"{head}key: {{alias: app}}\n")
    assert exit_code(run("intent.yaml")) == 0
    before = Path("out/app/manifest.json").read_bytes()
    Path("intent.yaml").write_text(f"{head}key: {{alias: app, spec: RSA_2048, usage: ENCRYPT_DECRYPT}}\n")
    for options in ((), ("--check",), ("--force",)):
        refused = run("intent.yaml", *options)
        assert exit_code(refused) == 1
        assert "intent.yaml:5:6: key-would-be-replaced: `key.spec` changes from `SYMMETRIC_DEFAULT`" in said(refused)
    assert Path("out/app/manifest.json").read_bytes() == before
    replaced = run("intent.yaml", "--replace-key")
    assert (exit_code(replaced), "key-would-be-replaced" in replaced.stderr) == (0, True)
    assert exit_code(run("intent.yaml", "--check")) == 0


def test_who_deployed_until_now_goes_once_the_new_one_is_out_there(run: Run) -> None:
    """Both may deploy, render after render, until `--applied` says that what was rendered is deployed."""
    scope = 'kmsgen: 1\nname: app\nscope: {account: "111122223333", regions: [us-west-2], deployer: role/DEPLOYER}\n'
    rest = "admins: [role/Admin]\nkey: {alias: app}\n"
    held = []
    for name, options in (("old", ()), ("new", ()), ("new", ()), ("new", ("--applied",)), ("new", ())):
        Path("intent.yaml").write_text(scope.replace("DEPLOYER", name) + rest)
        done = run("intent.yaml", *options)
        assert exit_code(done) == 0
        text = Path("out/app/json/key-policy.json").read_text()
        held.append(("role/old" in text, "role/new" in text, "deployer-changed" in done.stderr))
        assert exit_code(run("intent.yaml", "--check")) == 0
    assert held == [(True, False, False), (True, True, True), (True, True, True), (False, True, False), (False, True, False)]


@pytest.mark.parametrize("whole", [True, False])
def test_an_intent_of_another_name_goes_on_with_its_key(run: Run, *, whole: bool) -> None:
    """What is known of its key goes on in the new folder, and IAM policies are made anew before the old ones go."""
    scope = 'scope: {account: "111122223333", regions: [us-west-2]}'
    head = f"kmsgen: 1\nname: NAME\n{scope}\nadmins: [role/Admin]\nkey: {{alias: app}}\n"
    Path("in").mkdir()
    path = Path("in/app.yaml")
    path.write_text(head.replace("NAME", "before"))
    given = "in" if whole else str(path)
    assert exit_code(run(given)) == 0
    path.write_text(head.replace("NAME", "after").replace("alias: app", "alias: app, spec: HMAC_256"))
    assert (exit_code(refused := run(given)), "key-would-be-replaced" in said(refused)) == (1, True)
    path.write_text(head.replace("NAME", "after"))
    for options in ((), ("--check",), ("--applied",)):
        done = run(given, *options)
        assert exit_code(done) == 0
        assert ("intent-renamed" in done.stderr) is (options == ())
        main = Path("out/after/terraform/main.tf").read_text()
        assert ("takes the place of one of another name" in main) is ("--applied" not in options)
    assert not Path("out/before/manifest.json").exists()


OLD, OTHER_ARN = (
    "arn:aws:iam::111122223333:role/old",
    "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
)
SAYS = {
    "deployer": ({"deployer": OLD}, "deployer-changed"),
    "former deployer": ({"former": {"deployers": [OLD]}}, "deployer-changed"),
    "delegation": ({"delegation": "iam"}, "delegation-changed"),
    "former delegation": ({"former": {"delegations": ["iam"]}}, "delegation-changed"),
    "former alias": ({"former": {"aliases": ["alias/old"]}}, "alias-renamed"),
    "grants": ({"grants": [f"{OTHER_ARN} nightly"]}, "grants-ended"),
    "former grants": ({"former": {"grants": [f"{OTHER_ARN} nightly"]}}, "grants-ended"),
}


@pytest.mark.parametrize(("says", "code"), SAYS.values(), ids=SAYS)
def test_what_a_manifest_adds_to_policies_is_told(run: Run, says: dict[str, object], code: str) -> None:
    """It is a file that anybody may have edited, or an old one: `docs/rendered-files.md` lists what it can do at worst."""
    text = 'kmsgen: 1\nname: app\nscope: {account: "111122223333", regions: [us-west-2], deployer: role/ci}\n'
    Path("intent.yaml").write_text(f"{text}admins: [role/Admin]\nkey: {{alias: app}}\n")
    run("intent.yaml", "--format", "json")
    manifest = Path("out/app/manifest.json")
    before = {path: Path(path).read_text() for path in ("out/app/json/key-policy.json", "out/app/deployer/policy.json")}
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **says}))
    done = run("intent.yaml", "--format", "json")
    assert before != {path: Path(path).read_text() for path in before}
    assert code in done.stderr
    assert f"`{code}`" in (ROOT / "docs/rendered-files.md").read_text(encoding="utf-8")
    run("intent.yaml", "--format", "json", "--applied")
    assert before == {path: Path(path).read_text() for path in before}

"""`kmsgen.toml`: a repository says once where its intents are and what is done with them; options win over it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.rendering import rendering
from tests.unit.cli.running import Runner, run_in

INTENT = """kmsgen: 1
name: {name}
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
admins: [role/admin]
"""
SETTINGS = """intents = ["intents"]
out = "policies"
formats = ["json"]
jobs = 1

[fail-on]
lint = "error"
diff = "gained"
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a git repository with intents and settings."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    for name in ("a", "b"):
        runner.write(f"intents/{name}.yaml", INTENT.format(name=name))
    runner.write("kmsgen.toml", SETTINGS)
    (tmp_path / ".git").mkdir()
    return runner


def test_render_without_arguments_does_what_the_settings_say(run: Runner) -> None:
    """Which intents, to where, in which formats."""
    ran = run("render")
    assert ran.code == 0
    assert {path.as_posix() for path in Path("policies").glob("*/*")} == {
        f"policies/{name}/{part}" for name in "ab" for part in ("deployer", "json", "manifest.json")
    }
    assert run("render", "--check").code == 0
    assert run("verify").out == "yes  intents/a.yaml\nyes  intents/b.yaml\n"


def test_options_win_over_the_settings(run: Runner) -> None:
    """Paths, formats and the folder of the command line are those that count."""
    assert run("render", "intents/a.yaml", "--format", "grants", "--format", "terraform", "--out", "x").code == 0
    assert {path.name for path in Path("x").glob("*/*")} == {"deployer", "terraform", "manifest.json"}
    assert not Path("policies").exists()


def test_the_settings_hold_in_every_folder_of_the_repository(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their paths are those of the file, wherever in it the command runs; above the repository nothing is looked for."""
    monkeypatch.chdir(run.path / "intents")
    assert run("render").code == 0
    assert (run.path / "policies" / "a" / "manifest.json").is_file()
    (run.path / "inner" / ".git").mkdir(parents=True)
    monkeypatch.chdir(run.path / "inner")
    assert run("render").code == 2


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link that leads nowhere"])
def test_settings_that_are_no_file_are_refused(kind: str, run: Runner) -> None:
    """As if there were none, or with those of a folder above, a gate would ask less than somebody meant it to."""
    place = run.path / "intents" / "kmsgen.toml"
    if kind == "a folder":
        place.mkdir()
    elif kind == "a pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("nowhere")
    ran = run_in(place.parent, "gate", "a.yaml")
    assert (ran.code, ran.err.partition(": the settings")[0]) == (2, "kmsgen.toml: bad-setting"), ran.err


def test_severity_gates_are_those_of_the_settings(run: Runner) -> None:
    """`lint` and `diff` fail where the settings say, unless an option says otherwise."""
    app = "arn:aws:iam::111122223333:role/x"
    statement = {"Effect": "Allow", "Principal": {"AWS": app}, "Action": "kms:Decrypt", "Resource": "*"}
    old = run.write("old.json", {"Version": "2012-10-17", "Statement": [statement]})
    new = run.write("new.json", {"Version": "2012-10-17", "Statement": [{**statement, "Action": "kms:*"}]})
    given = ("--key-arn", "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    levels = {one["severity"] for one in json.loads(run("lint", new, *given, "--output", "json").out)}
    assert levels == {"note"}
    assert run("lint", new, *given).code == 0
    assert run("lint", new, *given, "--fail-on", "note").code == 1
    assert [run("diff", *pair, *given).code for pair in ((old, new), (new, old))] == [1, 0]
    assert run("diff", old, new, *given, "--fail-on", "lost").code == 0
    run.write("kmsgen.toml", SETTINGS.replace('lint = "error"', 'lint = "note"'))
    assert run("lint", new, *given).code == 1


NO_SETTING = "there is no such setting\n  hint: "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs = 0\n", "kmsgen.toml:1:1: bad-setting: `jobs`:"),
        ("\njobs = 'many'\n", "kmsgen.toml:2:1: bad-setting: `jobs`:"),
        ("job = 1\n", "kmsgen.toml:1:1: unknown-setting: `job`: there is no such setting"),
        ("format = ['json']\n", f"kmsgen.toml:1:1: unknown-setting: `format`: {NO_SETTING}did you mean `formats`?"),
        ("[fail-on]\nlintt = 'note'\n", f"kmsgen.toml:2:1: unknown-setting: `fail-on.lintt`: {NO_SETTING}did you mean `lint`?"),
        ("[onlyy.x]\n", f"kmsgen.toml:1:2: unknown-setting: `onlyy`: {NO_SETTING}did you mean `only`?"),
        ("x = 1\n", f"kmsgen.toml:1:1: unknown-setting: `x`: {NO_SETTING}one of: intents, out,"),
        ("formats = ['pulumi']\n", "kmsgen.toml:1:1: bad-setting: `formats`:"),
        ("[fail-on]\nlint = 'never'\n", "kmsgen.toml:2:1: bad-setting: `fail-on.lint`:"),
        ("jobs = \n", "kmsgen.toml:1:8: toml-syntax: "),
        ("out = '../elsewhere'\n", "kmsgen.toml:1:1: bad-setting: `../elsewhere` is not a path within the folder"),
        ("out = '/etc'\n", "kmsgen.toml:1:1: bad-setting: `/etc` is not a path within the folder"),
        ("out = ''\n", "kmsgen.toml:1:1: bad-setting: `` is not a path"),
        ("out = 'link/x'\n", "kmsgen.toml:1:1: bad-setting: `link/x` is not a path within the folder"),
        ("out = 'a\\u0000b'\n".replace("'", '"'), "kmsgen.toml:1:1: bad-setting: `a\\u0000b` is not a path"),
        ("intents = ['../x']\n", "kmsgen.toml:1:1: bad-setting: `../x` is not a path within the folder"),
        ("intents = []\n", "kmsgen.toml:1:1: bad-setting: `intents`:"),
        ("a = " + "[" * 5000, "kmsgen.toml"),
        ("[never]\nx = 1\n", "kmsgen.toml:2:1: bad-setting: `never.x`: input should be a table"),
        ("jobs = 1\n[never.x]\nprincipal = 'role/a'\n", "kmsgen.toml:2:8: bad-setting: `never.x.actions`: field required"),
        ("[never.x]\nprincipal = 'role/a'\nactions = []\n", "kmsgen.toml:3:1: bad-setting: `never.x.actions`:"),
        ("[only]\nx = {principals = ['role/a'], action = []}\n", "kmsgen.toml:2:5: bad-setting: `only.x.actions`:"),
        (
            "[only.x]\nprincipal = 'a'\nprincipals = ['b']\nactions = ['c']",
            "kmsgen.toml:2:1: unknown-setting: `only.x.principal`",
        ),
    ],
)
def test_what_is_wrong_with_the_settings_is_told_with_its_line(text: str, said: str, run: Runner) -> None:
    """A repository is anybody's: nothing is written elsewhere than in it because its settings say so."""
    run.write("kmsgen.toml", text)
    (run.path / "link").symlink_to("/tmp")  # noqa: S108 - not written
    ran = run("render")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(said), ran.err
    assert "internal error" not in ran.err


@pytest.mark.parametrize(
    ("said", "line", "attached"), [("attach", "", True), ("write", "", False), ("write", "iam: attach", True)]
)
def test_who_attaches_iam_policies_is_said_once(run: Runner, said: str, line: str, *, attached: bool) -> None:
    """`iam` holds for every intent that does not say otherwise, whatever was rendered before."""
    for way in ("attach", said):
        run.write("kmsgen.toml", f'iam = "{way}"\n{SETTINGS}')
        run.write("intents/a.yaml", INTENT.format(name="a") + line)
        assert run("render", "--format", "terraform").code == 0
    text = Path("policies/a/terraform/main.tf").read_text(encoding="utf-8")
    assert ('resource "aws_iam_role_policy_attachment"' in text) is attached
    assert ("iam-written" in run("verify", "intents/a.yaml").err) is not attached


def test_iam_policies_of_a_run_can_be_merged(run: Runner) -> None:
    """One folder beside those of the intents, of all that the settings name and never of some; it goes when not asked for."""
    run.write(
        "kmsgen.toml", SETTINGS.replace('["json"]', '["json", "terraform"]').replace("jobs = 1", "jobs = 1\nmerge-iam = true")
    )
    first = run("render")
    assert first.code == 0, first.err
    assert "iam-merged" in first.err
    assert first.err.count("deployer-first") == first.err.count("kmsgen.toml: deployer-first") == 1
    main = Path("policies/iam/terraform/account-111122223333/main.tf")
    assert "alias/a" in main.read_text(encoding="utf-8")
    assert "alias/b" in main.read_text(encoding="utf-8")
    assert "aws_iam_policy" not in Path("policies/a/terraform/main.tf").read_text(encoding="utf-8")
    assert Path("policies/iam/deployer/account-111122223333/main.tf").is_file()
    assert run("render", "--check").code == run("render", "intents/a.yaml", "--out", "policies", "--check").code == 0
    of_one = run("render", "intents/a.yaml").err
    assert "iam-left" in of_one
    assert "deployer-first" not in of_one  # its `deployer/` is not written
    assert run("verify", "intents/a.yaml", "--against", "policies/a").code == 0
    run.write("kmsgen.toml", SETTINGS.replace("jobs = 1", "jobs = 1\nmerge-iam = false"))
    assert "iam-apart" in run("render").err
    assert not list(Path("policies/iam").rglob("*.*"))


def test_no_intent_takes_the_folder_of_merged_policies(run: Runner) -> None:
    """Whatever the case of its letters."""
    run.write("intents/c.yaml", INTENT.format(name="IAM"))
    run.write("kmsgen.toml", SETTINGS.replace("jobs = 1", "jobs = 1\nmerge-iam = true"))
    ran = run("render")
    assert (ran.code, "duplicate-name" in ran.err) == (2, True)


def test_more_policies_than_are_attached_by_default_are_put_together(run: Runner) -> None:
    """Over a run of all intents, and from then on; where the settings are against it, the run is refused with the numbers."""
    for number in range(11):
        run.write(f"intents/more-{number}.yaml", INTENT.format(name=f"more-{number}"))
    run.write("kmsgen.toml", SETTINGS.replace("jobs = 1", "jobs = 1\nmerge-iam = false"))
    refused = run("render")
    assert refused.code == 1
    told = [line for line in refused.err.splitlines() if "managed-policies" in line]
    assert [f"role/{name}` gets 13 IAM policies" in line for name, line in zip(("admin", "ci"), told, strict=True)] == [
        True,
        True,
    ]
    assert not Path("policies").exists()
    run.write("kmsgen.toml", SETTINGS)
    first = run("render")
    assert (first.code, "iam-merged" in first.err) == (0, True)
    assert run("render", "--check").code == run("render", "intents/a.yaml", "--out", "policies", "--check").code == 0
    for number in range(11):
        Path(f"intents/more-{number}.yaml").unlink()
    assert (run("render").code, Path("policies/iam/manifest.json").is_file()) == (0, True)


def test_policies_that_are_attached_beside_the_merged_ones_for_a_while_are_counted(run: Runner) -> None:
    """Ten are there, and IAM would refuse the first merged one: that is told with the numbers."""
    run.write("kmsgen.toml", SETTINGS.replace('["json"]', '["json", "terraform"]'))
    for number in range(8):
        run.write(f"intents/more-{number}.yaml", INTENT.format(name=f"more-{number}"))
    assert run("render").code == 0
    run.write("intents/more-8.yaml", INTENT.format(name="more-8"))
    told = " ".join(run("render").err.split())
    assert "iam-merged" in told
    crowded = "IAM attaches 10: first have the quota raised, or access pauses: `arn:aws:iam::111122223333:role/admin` 11, "
    assert crowded in told
    Path("intents/more-8.yaml").unlink()
    run.write(
        "kmsgen.toml", SETTINGS.replace('["json"]', '["json", "terraform"]').replace("jobs = 1", "jobs = 1\nmerge-iam = false")
    )
    told = " ".join(run("render").err.split())
    assert "iam-apart" in told
    assert crowded in told


def test_a_folder_without_settings_is_put_together_where_it_has_to_be(run: Runner) -> None:
    """A run of all that the output folder has output of knows all; one of some is refused, and so is what IAM writes alone."""
    Path("kmsgen.toml").unlink()
    for number in range(11):
        run.write(f"few/more-{number}.yaml", INTENT.format(name=f"more-{number}"))
    assert run("render", "intents", "--out", "out").code == 0
    partial = run("render", "few", "--out", "out")
    assert (partial.code, "managed-policies" in partial.err) == (1, True)
    assert run("render", "few", "intents", "--out", "out").code == 0
    assert Path("out/iam/manifest.json").is_file()
    for number in range(11):
        run.write(f"few/more-{number}.yaml", INTENT.format(name=f"more-{number}") + "iam: write\n")
    assert run("render", "few", "--out", "written").code == 0
    assert not Path("written/iam").exists()


def test_merging_needs_to_know_all_intents(run: Runner) -> None:
    """A run of some intents would drop what the others have in IAM."""
    run.write("kmsgen.toml", "merge-iam = true\n")
    ran = run("render", "intents/a.yaml")
    assert (ran.code, ran.err.splitlines()[0]) == (
        2, "kmsgen.toml:1:1: bad-setting: `merge-iam` needs `intents`, which names all intents",
    )  # fmt: skip


def test_that_policies_are_put_together_is_found_before_all_is_rendered(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first intent that is one too many: those after it are rendered once."""
    rendered: list[str] = []
    once = rendering.rendered_source

    def counted(source: Any, wanted: Any) -> Any:
        rendered.append(Path(source.path).name)
        return once(source, wanted)

    monkeypatch.setattr(rendering, "rendered_source", counted)
    for number in range(20):
        run.write(f"intents/more-{number:02}.yaml", INTENT.format(name=f"more-{number:02}"))
    assert run("render", "--jobs", "1", "--no-cache").code == 0
    assert [rendered.count(name) for name in ("a.yaml", "more-08.yaml", "more-09.yaml", "more-19.yaml")] == [2, 2, 1, 1]


@pytest.mark.parametrize(("quota", "code"), [("", 1), ("managed-policies = 10\n", 1), ("managed-policies = 15\n", 0)])
def test_a_quota_that_was_raised_is_said_once(run: Runner, quota: str, code: int) -> None:
    """IAM attaches ten policies to a principal unless the account had its quota raised."""
    for number in range(12):
        run.write(f"intents/more-{number:02}.yaml", INTENT.format(name=f"more-{number:02}"))
    run.write("kmsgen.toml", SETTINGS.replace("jobs = 1", f"jobs = 1\nmerge-iam = false\n{quota}"))
    ran = run("render")
    assert (ran.code, "managed-policies" in ran.err) == (code, code == 1)


@pytest.mark.parametrize("quota", ["0", "21", '"10"'])
def test_a_quota_that_iam_never_gives_is_refused(run: Runner, quota: str) -> None:
    """At most twenty: IAM User Guide, reference_iam-quotas."""
    run.write("kmsgen.toml", f"managed-policies = {quota}\n")
    ran = run("render", "intents/a.yaml")
    assert (ran.code, "bad-setting" in ran.err) == (2, True)

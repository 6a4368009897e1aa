"""The action for GitHub and the jobs for GitLab: their shape, and their scripts as those servers run them."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.golden.cases import ROOT
from tests.unit.cli.git_repository import Repository, repository_with_intents

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in ACTION["runs"]["steps"]}
GITLAB_SPEC, GITLAB = yaml.safe_load_all((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
JOBS = {name: job for name, job in GITLAB.items() if not name.startswith(".")}
KMSGEN = Path(sys.executable).parent / "kmsgen"
HOSTILE = '"; touch pwned; $(touch pwned) `touch pwned` ${{ x }}'
INPUTS = {"path": "", "base": "main", "fail-on": "", "lint-fail-on": "", "token": "secret"}
EVENT = {"github.repository": "owner/name", "github.event.pull_request.number": "7"}


# --- shape --------------------------------------------------------------------------------------------------------------


def test_the_action_is_a_composite_one() -> None:
    """Each step names its shell, each input has a default and a description, and outputs are those of steps."""
    assert (ACTION["runs"]["using"], set(ACTION)) == ("composite", {"name", "description", "inputs", "outputs", "runs"})
    assert all(set(step) <= {"name", "id", "if", "shell", "working-directory", "env", "run"} for step in STEPS.values())
    assert {step["shell"] for step in STEPS.values()} == {"bash"}
    assert all(set(one) == {"description", "default"} for one in ACTION["inputs"].values())
    named = {found for one in ACTION["outputs"].values() for found in re.findall(r"steps\.(\w+)\.outputs\.(\w+)", one["value"])}
    written = {(name, output) for name, step in STEPS.items() for output in re.findall(r"printf '(\w+)=%s", step["run"])}
    assert named <= written
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])


def test_nothing_from_outside_is_part_of_a_script() -> None:
    """No expression stands in a script: what it stands for would be run."""
    assert [name for name, step in STEPS.items() if "${{" in step["run"]] == []
    scripts = [line for job in GITLAB.values() for part in ("before_script", "script") for line in job.get(part, ())]
    assert scripts
    assert not any("$[[" in line or "CI_COMMIT_REF" in line or "_BRANCH_NAME" in line or "TITLE" in line for line in scripts)


@pytest.mark.parametrize(
    "script", [*(step["run"] for step in STEPS.values()), *("\n".join(job["script"]) for job in JOBS.values())]
)
def test_variables_stand_in_quotes(script: str) -> None:
    """A value with a space or a star stays one word."""
    quoted = r"\$\{\w+:\+(-- )?\"[^\"]*\"\}|\"[^\"]*\"|'[^']*'|code=\$\?|<< 'SCRIPT'.*?^SCRIPT$"
    unquoted = re.sub(quoted, "", script, flags=re.DOTALL | re.MULTILINE)
    assert "$" not in unquoted.replace("$'\\n'", "")


def test_the_jobs_for_gitlab_extend_one() -> None:
    """Each runs in merge requests alone, and tells its reports; the inputs are all used."""
    assert all(job["extends"] == ".kmsgen" and job["script"] for job in JOBS.values())
    assert set(JOBS) == {"kmsgen-check", "kmsgen-gate", "kmsgen-diff"}
    assert GITLAB[".kmsgen"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    used = set(re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", json.dumps(GITLAB)))
    assert used == set(GITLAB_SPEC["spec"]["inputs"])


# --- GitHub -------------------------------------------------------------------------------------------------------------


class Runner:
    """Runs steps of the action in a repository, as a runner of GitHub does."""

    def __init__(self, repository: Repository, home: Path) -> None:
        self.repository, self.home = repository, home
        self.inputs = dict(INPUTS)
        self.outputs: dict[str, str] = {}
        for folder in ("temp/kmsgen/bin", "temp/kmsgen-reports", "bin"):
            (home / folder).mkdir(parents=True)
        (home / "temp/kmsgen/bin/kmsgen").symlink_to(KMSGEN)
        self.command("../temp/kmsgen/bin/python", f'exec "{sys.executable}" "$@"')

    def command(self, name: str, text: str) -> None:
        """Put a command in the runner's path."""
        path = self.home / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def file(self, name: str) -> str:
        """Return what was written to a file of the runner."""
        path = self.home / name
        return path.read_text() if path.exists() else ""

    def step(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a step."""
        step = STEPS[name]
        known = {f"inputs.{key}": value for key, value in self.inputs.items()} | EVENT
        known |= {f"steps.diff.outputs.{key}": value for key, value in self.outputs.items()}
        given = {
            key: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text) for key, text in step.get("env", {}).items()
        }
        own = {
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.home / "temp"),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
            "KMSGEN_CACHE": str(self.home / "cache"),
        }
        (self.home / "script").write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(self.home / "script")]
        ran = subprocess.run(
            command, cwd=self.repository.path, env={**os.environ, **own, **given}, capture_output=True, text=True, check=False
        )
        self.outputs |= dict(line.split("=", 1) for line in self.file("output").splitlines())
        return ran


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Return a runner in a repository whose branch lets an intent gain access, rendered as it should be."""
    repository = repository_with_intents(tmp_path / "repository")
    repository.write("kmsgen.toml", 'intents = ["intents"]\nout = "policies"\nformats = ["json"]\njobs = 1\n')
    repository.commit()
    repository.git("switch", "--quiet", "--create", "feature/$(touch pwned)".replace(" ", "-"))
    repository.intent("a", "decrypt, encrypt")
    repository.commit()
    return Runner(repository, tmp_path / "home")


def test_the_install_step_installs_the_action_itself(runner: Runner) -> None:
    """In an environment of its own, from the files of the action."""
    runner.command("python3", 'echo "$@" >> "$RUNNER_TEMP/log"; mkdir -p "$3/bin"; cp "$0" "$3/bin/python"')
    ran = runner.step("install")
    assert ran.returncode == 0, ran.stderr
    first, second = runner.file("temp/log").splitlines()
    assert first == f"-m venv {runner.home}/temp/kmsgen"
    assert second == f"-m pip install --quiet --disable-pip-version-check {ROOT}"


def test_the_check_step_fails_where_a_rendered_file_differs(runner: Runner) -> None:
    """And passes where all is as the intents mean."""
    assert runner.step("check").returncode == 1
    subprocess.run([KMSGEN, "render"], cwd=runner.repository.path, check=True, capture_output=True)
    assert runner.step("check").returncode == 0


def test_the_lint_step_writes_a_log(runner: Runner) -> None:
    """The log is an output of the action, whatever the findings; where nothing could be read there is none."""
    runner.inputs["lint-fail-on"] = "error"
    assert runner.step("lint").returncode == 0
    assert json.loads(Path(runner.outputs["sarif"]).read_text())["version"] == "2.1.0"
    (runner.home / "output").unlink()
    runner.inputs["path"] = "nowhere"
    assert runner.step("lint").returncode == 2
    assert runner.file("output") == ""


def test_the_diff_step_reports_and_fails_as_it_is_told(runner: Runner) -> None:
    """The report is in the summary of the job whether it fails or not."""
    for fail_on, code in (("", 0), ("lost", 0), ("gained", 1)):
        runner.inputs["fail-on"] = fail_on
        assert runner.step("diff").returncode == code
    assert runner.file("summary").count("## Access to keys: `main` to `HEAD`") == 3
    assert "`kms:Encrypt`" in Path(runner.outputs["report"]).read_text()


def test_the_diff_step_fetches_a_base_that_is_missing(runner: Runner, tmp_path: Path) -> None:
    """A shallow checkout lacks it; only the id of a commit is asked for."""
    old = runner.repository.git("rev-parse", "main")
    runner.repository.git("config", "uploadpack.allowReachableSHA1InWant", "true")
    shallow = tmp_path / "shallow"
    runner.repository.git("clone", "--quiet", "--depth", "1", f"file://{runner.repository.path}", str(shallow))
    runner.repository.path = shallow
    runner.inputs["base"] = old
    ran = runner.step("diff")
    assert ran.returncode == 0, ran.stderr
    assert "`kms:Encrypt`" in runner.file("summary")
    for base in ("nowhere", "--upload-pack=touch pwned", HOSTILE):
        runner.inputs["base"] = base
        ran = runner.step("diff")
        assert (ran.returncode, "base is neither" in ran.stderr) == (2, True)


class Api(http.server.BaseHTTPRequestHandler):
    """What a server of reviews tells of comments, and takes."""

    calls: list[tuple[str, str, str]] = []  # noqa: RUF012 - of a test
    there: list[dict[str, Any]] = []  # noqa: RUF012 - as above
    user: dict[str, Any] | None = None
    refused: tuple[str, ...] = ()

    def do_GET(self) -> None:
        """Answer."""
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.calls.append((self.command, self.path, text))
        assert "secret" in (self.headers["Authorization"] or self.headers["PRIVATE-TOKEN"])
        answer: Any = {} if self.command != "GET" else self._user() if self.path == "/user" else self._page()
        refused = self.command in self.refused or answer is None
        self.send_response(403 if refused else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"message": "not accessible"} if refused else answer).encode())

    def _user(self) -> dict[str, Any] | None:
        return self.user

    def _page(self) -> list[dict[str, Any]]:
        asked = parse_qs(urlsplit(self.path).query)
        size, page = (int(asked[name][0]) for name in ("per_page", "page"))
        return self.there[size * (page - 1) : size * page]

    do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - named by the methods of HTTP

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a server of reviews."""
    Api.calls, Api.there, Api.user, Api.refused = [], [], None, ()
    running = http.server.HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{running.server_port}"
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("GITHUB_API_URL", address)
    yield address
    running.shutdown()
    running.server_close()


MARKED = "<!-- kmsgen -->\nold"


def comment(number: int, body: str | None = MARKED, kind: str = "Bot", login: str = "github-actions[bot]") -> dict[str, Any]:
    """Return a comment as GitHub tells it."""
    return {"id": number, "body": body, "user": {"login": login, "type": kind}}


POST, PATCH = "POST /repos/owner/name/issues/7/comments", "PATCH /repos/owner/name/issues/comments/"
COMMENTS: dict[str, tuple[list[dict[str, Any]], str | None, str]] = {
    "none yet": ([], None, POST),
    "others": ([comment(1, "x"), comment(2, None), {**comment(3), "user": None}], None, POST),
    "one": ([comment(1, "x"), comment(12)], None, f"{PATCH}12"),
    "two, of runs at one time": ([comment(12), comment(13)], None, f"{PATCH}12"),
    "of a user, who plants it": ([comment(1, kind="User", login="mallory"), comment(12)], None, f"{PATCH}12"),
    "of a user alone": ([comment(1, kind="User", login="mallory")], None, POST),
    "behind many": ([*(comment(number, "x") for number in range(1, 230)), comment(300)], None, f"{PATCH}300"),
    "exactly a page": ([comment(number, "x") for number in range(1, 101)], None, POST),
    "of the user whose token it is": ([comment(11), comment(12, kind="User", login="ci")], "ci", f"{PATCH}12"),
    "of another bot than the user": ([comment(11)], "ci", POST),
}


@pytest.mark.parametrize("case", COMMENTS)
def test_the_comment_step_keeps_one_comment(case: str, runner: Runner, server: str) -> None:
    """It is written anew where there is one of the same author, and nobody else's is touched."""
    del server
    Api.there, user, wanted = COMMENTS[case]
    Api.user = {"login": user} if user else None
    (runner.home / "report.md").write_text("## Access to keys\n")
    runner.outputs["report"] = str(runner.home / "report.md")
    ran = runner.step("comment")
    assert (ran.returncode, ran.stderr) == (0, "")
    *_, (method, path, text) = Api.calls
    assert (f"{method} {path}", json.loads(text)) == (wanted, {"body": "<!-- kmsgen -->\n## Access to keys\n"})
    assert sum(method != "GET" for method, _, _ in Api.calls) == 1


@pytest.mark.parametrize("refused", [("POST",), ("GET",), ("GET", "POST")])
def test_a_comment_that_may_not_be_written_fails_no_review(
    refused: tuple[str, ...], runner: Runner, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a pull request from a fork, whose token may read alone; nor does a server that is not there."""
    del server
    Api.refused = refused
    runner.step("diff")
    ran = runner.step("comment")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr.startswith("the comment could not be written, the summary of the job has it: HTTP Error 403")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    ran = runner.step("comment")
    assert (ran.returncode, "Connection refused" in ran.stderr) == (0, True)


def test_what_a_policy_says_is_text_of_the_comment(runner: Runner, server: str) -> None:
    """It ends neither the script nor the comment's table, calls nobody, and is shown as it stands in the file."""
    del server
    said = '`touch pwned` $(touch pwned) "|" <img src=x> @everybody <!-- --> </details>'
    text = (runner.repository.path / "intents/a.yaml").read_text()
    when = json.dumps({"encryption_context": {"app": said}})
    runner.repository.write("intents/a.yaml", f"{text}  - {{principal: role/new, can: [decrypt], when: {when}}}\n")
    runner.repository.commit()
    ran = runner.step("diff")
    assert ran.returncode == 0, ran.stderr
    assert runner.step("comment").returncode == 0
    body = json.loads(Api.calls[-1][2])["body"]
    assert body == f"<!-- kmsgen -->\n{Path(runner.outputs['report']).read_text()}"
    assert "touch pwned" in body
    assert [one for one in ("<img", "<!-- -->", "\n@", ' "|" ') if one in body] == []
    assert not list(runner.repository.path.rglob("pwned"))


@pytest.mark.parametrize("name", ["path", "fail-on", "lint-fail-on", "base"])
@pytest.mark.parametrize("value", [HOSTILE, "-x", "--write=markdown=pwned", "a\nb=c"])
def test_no_input_is_run(name: str, value: str, runner: Runner) -> None:
    """Whatever it holds: it is refused as what it is no name of."""
    runner.inputs[name] = value
    codes = [runner.step(step).returncode for step in ("check", "lint", "diff")]
    assert 2 in codes
    assert not list(runner.repository.path.rglob("pwned"))
    assert not list(runner.home.rglob("pwned"))


# --- GitLab -------------------------------------------------------------------------------------------------------------


def job(name: str, runner: Runner, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a job, as a runner of GitLab does, with kmsgen where the job installs it."""
    script = "\n".join(JOBS[name]["script"]).replace("/tmp/kmsgen/bin", str(KMSGEN.parent))  # noqa: S108 - not written
    own = {"KMSGEN_PATH": "", "KMSGEN_FAIL_ON": "", "KMSGEN_CACHE": str(runner.home / "cache")}
    own |= {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "main", "CI_COMMIT_SHA": "HEAD"}
    command = ["bash", "-e", "-o", "pipefail", "-c", script]
    environment = {**os.environ, **own, **more}
    return subprocess.run(command, cwd=runner.repository.path, env=environment, capture_output=True, text=True, check=False)


def test_the_gitlab_jobs_check_gate_and_compare(runner: Runner, server: str) -> None:
    """Each fails by itself; the note is written once and then anew."""
    assert job("kmsgen-check", runner).returncode == 1
    assert job("kmsgen-gate", runner).returncode == 0
    assert "<testsuites" in (runner.repository.path / "kmsgen-gate.xml").read_text()
    assert job("kmsgen-diff", runner, KMSGEN_FAIL_ON="gained").returncode == 1
    assert Api.calls == []
    there = {"KMSGEN_TOKEN": "secret", "CI_API_V4_URL": server, "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_IID": "2"}
    Api.user = {"id": 1}
    planted = {"id": 4, "body": MARKED, "author": {"id": 2}}
    for known, method, path in (
        ([], "POST", "/projects/1/merge_requests/2/notes"),
        ([9], "PUT", "/projects/1/merge_requests/2/notes/9"),
    ):
        Api.there = [planted, *({"id": number, "body": MARKED, "author": {"id": 1}} for number in known)]
        ran = job("kmsgen-diff", runner, **there)
        assert ran.returncode == 0, ran.stderr
        called, where, text = Api.calls[-1]
        assert (called, where) == (method, path)
        assert json.loads(text)["body"].startswith("<!-- kmsgen -->\n## Access to keys")
    Api.refused = ("POST", "PUT")
    ran = job("kmsgen-diff", runner, **there)
    assert (ran.returncode, "the note could not be written, kmsgen-diff.md has it: HTTP Error 403" in ran.stderr) == (0, True)
    for name in JOBS:
        assert job(name, runner, KMSGEN_PATH=HOSTILE).returncode == 2
    assert not list(runner.repository.path.rglob("pwned"))

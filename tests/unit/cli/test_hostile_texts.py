"""What an input says cannot speak for kmsgen: to a terminal, a CI log, a reviewer, whatever command prints it and how."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kmsgen.cli.console import line
from kmsgen.cli.reports.markdown import code
from kmsgen.errors import Diagnostic, Location, visible
from tests.unit.cli.forms import APP, INTENT, KEY, POLICY, plan_of, scenario_of
from tests.unit.cli.running import Ran, Runner

# A title and a cursor movement, a new line, an answer, commands of three CI servers, turned writing, blanks, a cell's end, a tag.
NASTY = (
    "\x1b]0;t\x07\x1b[1A\r\nproved: all is well\n::error::x\n ::stop-commands::y\n##vso[task.x]##[group]"
    "\u202e\u2066\x85\u2028\x9b2J\u3164|<b>"
)
FORGED = re.compile(r"^(proved: all|\s*::)|#\w*#\w*\[", re.MULTILINE)
REQUEST = {"principal": APP, "action": "kms:Decrypt", "encryption_context": {"app": "pay"}, "expect": "explicitDeny"}
PUT = ("--principal", APP, "--action", "kms:Decrypt", "--encryption-context", "app=pay")
GRANT = {"GrantId": "g", "Name": "n", "GranteePrincipal": f"{APP}-g", "Operations": ["Decrypt"],
    "Constraints": {"EncryptionContextSubset": {"app": "pay"}}}  # fmt: skip
IAM = {"Version": "2012-10-17", "Statement": [{"Sid": "S", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}


def files() -> dict[str, Any]:
    """Return the data of a file of each form that says what it says in texts of its own."""
    properties = {"KeyPolicy": POLICY, "Description": "d"}
    resources = {"Key": {"Type": "AWS::KMS::Key", "Properties": properties},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/x", "TargetKeyId": {"Ref": "Key"}}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "Policies": [{"PolicyDocument": IAM}]}}}  # fmt: skip
    return {
        "policy.json": {**POLICY, "Id": "i"},
        "template.json": {"Description": "d", "Resources": resources},
        "plan.json": json.loads(plan_of(POLICY)),
        "scenario.json": scenario_of(POLICY, note="n", grants=[GRANT], requests=[{**REQUEST, "because": "b"}],
            principals={APP: {"identity_policies": [IAM], "tags": {"team": "red"}}}),
    }  # fmt: skip


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the steps to every text and every key."""
    if isinstance(data, str):
        yield path
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            if isinstance(data, dict):
                yield (*path, "key of", key)
            yield from places(value, (*path, key))


def poisoned(data: Any, path: tuple[str | int, ...]) -> Any:
    """Return a copy of the data with the nasty text at the end of one text or key; the texts of policies within texts too."""
    if not path:
        return data + NASTY
    step, *rest = path
    if step == "key of":
        return {key + NASTY if key == rest[0] else key: value for key, value in data.items()}
    copied = list(data) if isinstance(data, list) else dict(data)
    copied[step] = poisoned(data[step], tuple(rest))
    return copied


def texts(data: Any) -> list[str]:
    """Return every text and key of some data."""
    if isinstance(data, dict):
        return [*data, *(text for value in data.values() for text in texts(value))]
    return [text for value in data for text in texts(value)] if isinstance(data, list) else [str(data)]


def is_clean(text: str, *, tabs: bool = False) -> bool:
    """Return whether a text shows what it is on any terminal, and no line of it is anybody else's."""
    shown = text.replace("\n", "").replace("\t", "" if tabs else "\t")
    unseen = [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or c == "\u3164"]
    return not unseen and not FORGED.search(text)


def check(ran: Ran, *words: str) -> None:
    """Check all that a command printed."""
    assert "internal error" not in ran.err, (words, ran.err)
    assert ran.code in (0, 1, 2), words
    assert is_clean(ran.err), (words, ran.err)
    assert is_clean(ran.out, tabs=words[0] == "matrix"), (words, ran.out)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in an empty folder."""
    (tmp_path / "intent.yaml").write_text(INTENT, encoding="utf-8")
    (tmp_path / "clean.json").write_text(json.dumps(POLICY), encoding="utf-8")
    return Runner(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("name", files())
def test_every_text_of_every_form_by_itself(run: Runner, name: str) -> None:
    """Whichever text it is, in an answer or in what is told of a file that cannot be used."""
    data = files()[name]
    options = () if name == "scenario.json" else ("--key-arn", KEY)
    for path in places(data):
        (run.path / name).write_text(json.dumps(poisoned(data, path)), encoding="utf-8")
        for words in (("matrix", name), ("lint", name), ("explain", name, *(() if name == "scenario.json" else PUT))):
            check(run(*words, *options), *words, str(path))


def test_every_text_of_an_intent_by_itself(run: Runner) -> None:
    """An intent may hold no such characters: what is told of them is clean too."""
    data = {"kmsgen": 1, "name": "x", "scope": {"account": "111122223333", "regions": ["us-west-2"]}, "key": {"alias": "a",
        "description": "d", "tags": {"a": "b"}}, "admins": ["role/admin"], "users": [{"principal": "role/app", "can": ["decrypt"],
        "when": {"encryption_context": {"app": "pay"}}}],
        "never": [{"principal": "role/x", "actions": ["kms:Sign"]}]}  # fmt: skip
    for path in places(data):
        (run.path / "bad.json").write_text(json.dumps(poisoned(data, path)), encoding="utf-8")
        for words in (("render", "bad.json", "--no-lint"), ("verify", "bad.json"), ("matrix", "bad.json")):
            check(run(*words), *words, str(path))


# Where a nasty text leaves a policy one that KMS could be given: names, values, and whom it names.
SPEAKING = json.loads(json.dumps(POLICY))
SPEAKING["Statement"][1] |= {"Sid": "App" + NASTY, "Principal": {"AWS": APP + NASTY}}
SPEAKING["Statement"][1]["Action"] = ["kms:Decrypt", f"kms:Nope{NASTY}"]
SPEAKING["Statement"][1]["Condition"] = {"StringEquals": {f"kms:EncryptionContext:app{NASTY}": f"pay{NASTY}"}}
COMMANDS = [
    *(("prove", "FILE", "--never", f"{APP}* kms:Decrypt", "--output", output) for output in ("text", "json")),
    *(("diff", "clean.json", "FILE", "--output", output) for output in ("text", "json", "markdown")),
    *(("lint", "FILE", "--output", output) for output in ("text", "json", "sarif")),
    *(("matrix", "FILE", "--output", output) for output in ("text", "json")),
    *(("verify", "intent.yaml", "--against", "FILE", "--output", output) for output in ("text", "json")),
    *((command, "FILE", *PUT, "--output", output) for command in ("simulate", "explain") for output in ("text", "json")),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_output_of_every_command(run: Runner, words: tuple[str, ...]) -> None:
    """A policy that means something, and says what it must not: the answer is told, and is clean."""
    asked = {**REQUEST, "principal": APP + NASTY, "encryption_context": {f"app{NASTY}": f"pay{NASTY}"}}
    scenario = scenario_of(SPEAKING, note=f"n{NASTY}", grants=[{**GRANT, "GrantId": f"g{NASTY}"}], requests=[asked])
    for name, data in {"p.json": json.dumps(SPEAKING), "plan.json": plan_of(SPEAKING), "s.json": json.dumps(scenario)}.items():
        (run.path / name).write_text(data, encoding="utf-8")
        decides = words[0] in ("simulate", "explain")
        given = [name if word == "FILE" else word for word in words]
        if name == "s.json" and decides:
            given = [words[0], name, *words[-2:]]
        ran = run(*given, *(() if name == "s.json" and words[0] != "diff" else ("--key-arn", KEY)))
        check(ran, *given)
        assert ran.out, (given, ran.err)
        if words[-1] == "json" and (name == "s.json" or words[0] != "simulate"):
            assert any("\x1b]0;t\x07" in text for text in texts(json.loads(ran.out))), given


@pytest.mark.parametrize("command", ["matrix", "simulate", "explain"])
def test_what_is_drawn_on_a_terminal_is_clean(run: Runner, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Tables, coloured lines and trees hold the same texts, and no control characters but those of the colours."""
    (run.path / "p.json").write_text(json.dumps(SPEAKING), encoding="utf-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "4000")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    ran = run(command, "p.json", "--key-arn", KEY, *(() if command == "matrix" else PUT))
    assert command != "explain" or "\x1b[" in ran.out
    assert APP in ran.out
    drawn = re.sub(r"\x1b\[[0-9;]*m", "", ran.out)
    assert is_clean(drawn), drawn


def test_what_a_sarif_log_says_is_clean_once_it_is_read(run: Runner) -> None:
    """Code hosts print its messages."""
    (run.path / "p.json").write_text(json.dumps(SPEAKING), encoding="utf-8")
    log = json.loads(run("lint", "p.json", "--key-arn", KEY, "--output", "sarif").out)
    texts = [result["message"]["text"] for result in log["runs"][0]["results"]]
    assert texts
    assert all(is_clean(text) and "\n" not in text for text in texts)


def test_what_a_junit_report_says_is_clean(run: Runner) -> None:
    """Pipelines print its names and failures."""
    scenario = scenario_of(SPEAKING, note=NASTY, requests=[{**REQUEST, "principal": APP + NASTY, "because": NASTY}])
    (run.path / "s.json").write_text(json.dumps(scenario), encoding="utf-8")
    check(run("simulate", "s.json", "--junit", "report.xml"), "simulate")
    top = ET.fromstring((run.path / "report.xml").read_text(encoding="utf-8"))  # noqa: S314 - our own file
    texts = [text for one in top.iter() for text in (*one.attrib.values(), (one.text or "").strip())]
    assert any("proved: all" in text for text in texts)
    assert all(is_clean(text) and "\n" not in text for text in texts)


def test_rows_of_a_markdown_table_keep_their_cells(run: Runner) -> None:
    """A bar in a policy ends no cell, whatever stands before it."""
    for end in ("|", "\\|", "\\\\|"):
        policy = json.loads(json.dumps(SPEAKING).replace("|<b>", json.dumps(end + "<b>")[1:-1]))
        (run.path / "p.json").write_text(json.dumps(policy), encoding="utf-8")
        rows = [
            row for row in run("diff", "clean.json", "p.json", "--key-arn", KEY, "--output", "markdown").out.splitlines() if row
        ]
        table = [row for row in rows if row.startswith("|")]
        assert {row.count("|") for row in table} == {5}
        assert not any("<b>" in row for row in rows)


def test_what_stands_on_disk_is_clean_in_a_difference(run: Runner) -> None:
    """`render --check` shows what somebody wrote into a file."""
    run("render", "intent.yaml", "--no-lint", "--format", "json")
    path = run.path / "out/door/json/key-policy.json"
    path.write_text(path.read_text(encoding="utf-8") + NASTY, encoding="utf-8")
    ran = run("render", "intent.yaml", "--no-lint", "--format", "json", "--check")
    assert "proved: all" in ran.out
    check(ran, "render")


def test_a_manifest_speaks_for_nobody(run: Runner) -> None:
    """Its paths and principals are texts like any other."""
    run("render", "intent.yaml", "--no-lint", "--format", "json")
    manifest = json.loads((run.path / "out/door/manifest.json").read_text(encoding="utf-8"))
    for path in places(manifest):
        (run.path / "out/door/manifest.json").write_text(json.dumps(poisoned(manifest, path)), encoding="utf-8")
        check(run("verify", "intent.yaml", "--against", "out/door"), "verify", str(path))


def test_a_file_s_name_is_clean(run: Runner) -> None:
    """A name is an input too."""
    name = "::error::\x1b[2J\u202e.json"
    (run.path / name).write_text(json.dumps(SPEAKING), encoding="utf-8")
    for words in (("lint", name), ("prove", name), ("matrix", f"{name}.missing"), ("simulate", name), ("verify", name)):
        check(run(*words), *words)


# --- the one place ------------------------------------------------------------------------------------------------------


def test_every_character_that_is_not_seen_is_spelled_as_json_spells_it() -> None:
    """Nothing is lost: JSON reads the text back; what is seen stays."""
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        shown = visible(char)
        if unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp"):
            assert shown.isascii()
            assert shown.isprintable()
        if shown != char:
            assert json.loads(f'"{shown}"') == char


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain `text` | 日本 é", "plain `text` | 日本 é"),
        ("##vso[task]", "\\u0023#vso[task]"),
        ("a ##[error]", "a \\u0023#[error]"),
        ("## title [x]", "## title [x]"),
        ("::error::x", "\\u003a:error::x"),
        ("  ::error::x", "  \\u003a:error::x"),
        ("arn:aws:iam::1:root", "arn:aws:iam::1:root"),
        ("a\nb", "a\\nb"),
    ],
)
def test_a_line_is_one_line_and_no_command(text: str, shown: str) -> None:
    """What is plain stays as it is."""
    assert line(text) == shown
    assert line(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*c* @org/team #1 [x](y) https://x.y $a$ &amp; :-1:", "`*c* @org/team #1 [x](y) https://x.y $a$ &amp; :-1:`"),
        ("a|b\\|c", "`a\\u007cb\\\\u007cc`"),
        ("<i>a < b</i><!--", "`\\u003ci>a < b\\u003c/i>\\u003c!--`"),
        ("a`b", "`` a`b ``"),
        ("``a```", "```` ``a``` ````"),
        (" a ", "`  a  `"),
        ("", "`  `"),
        ("a\nb", "`a\\nb`"),
        ("x" * 301, f"`{'x' * 300}...`"),
    ],
)
def test_text_within_markdown_is_code(text: str, shown: str) -> None:
    """Nothing in it is markup, a link, a mention, the end of a cell or of the code itself."""
    assert code(text) == shown


def test_a_diagnostic_is_a_line_and_its_hint_another() -> None:
    """No text of either makes a third."""
    assert list(Diagnostic(Location("a\nb", 1, 2), "code", "x\ny", "do\nthat").lines()) == [
        "a\\nb:1:2: code: x\\ny",
        "  hint: do\\nthat",
    ]


def test_nothing_is_written_to_a_stream_but_through_the_one_place() -> None:
    """Else a text could pass beside it."""
    package = Path(__file__).parents[3] / "kmsgen"
    own = {package / "cli/console.py", package / "__main__.py"}
    writing = re.compile(r"std(?:out|err)\.write|(?<![\w.])print\(|typer\.echo\((?!f\"kmsgen)")
    assert [path for path in package.rglob("*.py") if path not in own and writing.search(path.read_text(encoding="utf-8"))] == []

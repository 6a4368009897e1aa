"""Decisions on a screen and as data: a line each for `simulate`, the whole trace for `explain`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kmsgen.authorizer.decision import Decision, ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.explain.nearest import Explanation
from kmsgen.authorizer.explain.silences import describe
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS, find
from kmsgen.sources.question import Question, Scenario

_STYLES = {
    Outcome.ALLOWED: "bold green",
    Outcome.EXPLICIT_DENY: "bold red",
    Outcome.IMPLICIT_DENY: "yellow",
    Outcome.ERROR: "magenta",
}
_LAYERS = {
    "key-policy": "key policy",
    "identity-policy": "identity policies",
    "boundary": "permissions boundary",
    "session-policy": "session policies",
    "scp": "service control policies",
    "rcp": "resource control policies",
    "vpc-endpoint-policy": "VPC endpoint policy",
    "grant": "grants",
}


class Answer(NamedTuple):
    """One question of a scenario with its answer; `number` counts the scenario's requests from 1."""

    scenario: Scenario
    number: int
    question: Question
    decision: Decision

    @property
    def ok(self) -> bool:
        """Whether what was expected came true; so it does where nothing was expected."""
        return self.question.expectation.met_by(self.decision)

    @property
    def place(self) -> str:
        """The scenario's file, and its line in a JSON Lines file."""
        path = self.scenario.path
        return f"{path}:{self.scenario.line}" if path.lower().endswith(".jsonl") else path


def printable(text: str) -> str:
    """Return a text without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def outcome_of(decision: Decision) -> str:
    """Return an outcome in a word; an error with KMS's exception name."""
    return f"{decision.outcome}:{decision.error}" if decision.error else str(decision.outcome)


def resources_of(answer: Answer) -> list[str]:
    """Return the resources of a request; the scenario's key where it names none."""
    return list(answer.question.request.resources) or [answer.scenario.bundle.keys[0].key.arn]


def row(answer: Answer) -> dict[str, Any]:
    """Return an answer as `simulate --output json` prints it."""
    request, decision = answer.question.request, answer.decision
    resources = resources_of(answer)
    return {
        "scenario": answer.scenario.note or answer.place,
        "request": answer.number,
        "principal": request.principal,
        "action": request.action,
        "resource": resources[0] if len(resources) == 1 else resources,
        "outcome": str(decision.outcome),
        "because": list(decision.reason),
        "error": decision.error,
        "expect": answer.question.expectation.outcome,
        "ok": answer.ok,
    }


def line(answer: Answer) -> str:
    """Return an answer on a line: as expected or not, the outcome, what settled it."""
    request, decision = answer.question.request, answer.decision
    expected = answer.question.expectation
    mark = "ok  " if answer.ok else "FAIL"
    text = f"{mark}  {outcome_of(decision):13}  {request.principal}  {request.action}  {', '.join(decision.reason)}"
    if not answer.ok:
        wanted = [f"expected {expected.outcome}"] if expected.outcome else []
        wanted += [f"because {expected.because}"] if expected.because else []
        text += f"  ({', '.join(wanted)})"
    return printable(text)


def doubtful(answers: Iterable[Answer]) -> Iterator[str]:
    """Yield, each once, what requests name that no call to KMS can: a denial of that says nothing of a policy."""
    requests = [answer.question.request for answer in answers]
    for action in dict.fromkeys(request.action for request in requests):
        if find(action) is None:
            from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

            close = get_close_matches(f"kms:{action.removeprefix('kms:')}", [one.iam_name for one in ACTIONS.values()], 1)
            yield printable(f"`{action}` is no action of KMS{f': did you mean `{close[0]}`?' if close else ''}")
    for principal in dict.fromkeys(request.principal for request in requests):
        if principal != "*" and set("*?") & set(principal):
            yield printable(f"`{principal}` is taken as it stands: a request has one caller, not a pattern of them")
        elif ":group/" in principal:
            yield printable(f"`{principal}` is a group, which calls nothing: name a user")


def show_lines(answers: Iterable[Answer]) -> None:
    """Print answers, a line each; coloured on a terminal."""
    if not _coloured():
        sys.stdout.write("".join(f"{line(answer)}\n" for answer in answers))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for it

    console = Console(highlight=False, soft_wrap=True)
    for answer in answers:
        text = Text(line(answer))
        text.stylize("green" if answer.ok else "bold red", 0, 4)
        text.stylize(_STYLES[answer.decision.outcome], 6, 6 + len(outcome_of(answer.decision)))
        console.print(text)


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


# --- the trace ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Node:
    """A line of a trace with what hangs on it."""

    text: str
    style: str = ""
    children: list[Node] = field(default_factory=list)

    def add(self, text: str, style: str = "") -> Node:
        """Hang a line on this one."""
        child = Node(text, style)
        self.children.append(child)
        return child


def tree(answer: Answer, explanation: Explanation) -> Node:
    """Return the whole trace of an answer: outcome, reasons, layers, statements, elements."""
    request, decision = answer.question.request, answer.decision
    top = Node(f"{outcome_of(decision)}: {request.principal} {request.action}", _STYLES[decision.outcome])
    for resource in resources_of(answer):
        top.add(f"on {resource}")
    for text in _circumstances(request):
        top.add(text)
    if decision.outcome is not Outcome.IMPLICIT_DENY and decision.reason:
        top.add(f"because {', '.join(decision.reason)}", "bold")
    if not answer.ok:
        expected = answer.question.expectation
        top.add(f"expected {expected.outcome or 'this outcome'}, because {expected.because or 'anything'}", "bold red")
    _add_all(top, "why", explanation.why)
    for miss in explanation.nearest:
        nearest = top.add(f"nearest: {miss.source} fails on", "bold")
        for element in miss.failed:
            nearest.add(f"{element.element}: {element.because}", "red")
    _add_all(top, "what would change the answer", explanation.change)
    _add_all(top, "notes", [describe_note(note) for note in decision.notes])
    _add_layers(top, decision.trace)
    return top


def describe_note(note: str) -> str:
    """Return a note with its number, if it has one."""
    text = describe(note)
    return text if text == note else f"{note.partition(':')[0]}: {text}"


def _circumstances(request: Request) -> Iterator[str]:
    if request.encryption_context:
        yield "encryption context " + ", ".join(f"{name}={value}" for name, value in request.encryption_context.items())
    for key, values in request.context.items():
        yield f"{key} {', '.join(values)}"


def _add_all(top: Node, title: str, texts: Iterable[str]) -> None:
    texts = list(texts)
    if texts:
        node = top.add(title, "bold")
        for text in texts:
            node.add(text)


def _add_layers(top: Node, traces: Iterable[StatementTrace]) -> None:
    layers: dict[str, list[StatementTrace]] = {}
    for trace in traces:
        layers.setdefault(trace.layer, []).append(trace)
    for layer, found in layers.items():
        node = top.add(_LAYERS.get(layer, layer), "bold cyan")
        for trace in found:
            _add_statement(node, trace)


def _add_statement(layer: Node, trace: StatementTrace) -> None:
    style = ("bold red" if trace.effect == "Deny" else "bold green") if trace.matched else "dim"
    node = layer.add(f"{trace.effect} {trace.source}: {'matches' if trace.matched else 'does not match'}", style)
    for element in trace.elements:
        mark, colour = ("+", "green") if element.matched else ("-", "red")
        node.add(f"{mark} {element.element}: {element.because}", colour)


def plain(node: Node, depth: int = 0) -> Iterator[str]:
    """Yield the lines of a trace, two spaces deeper a level."""
    yield "  " * depth + printable(node.text)
    for child in node.children:
        yield from plain(child, depth + 1)


def show(nodes: Iterable[Node]) -> None:
    """Print traces: as coloured trees on a terminal, as indented lines elsewhere."""
    if not _coloured():
        sys.stdout.write("\n".join("\n".join(plain(node)) + "\n" for node in nodes))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it

    console = Console(highlight=False)
    for node in nodes:
        console.print(_rich(node))


def _rich(node: Node) -> Any:  # noqa: ANN401 - rich.tree.Tree, imported only on a terminal
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for it
    from rich.tree import Tree  # noqa: PLC0415 - only a terminal pays for it

    branch = Tree(Text(printable(node.text), node.style), guide_style="dim")
    for child in node.children:
        branch.children.append(_rich(child))
    return branch


def explained_row(answer: Answer, explanation: Explanation) -> dict[str, Any]:
    """Return an answer as `explain --output json` prints it: the row of `simulate`, and why."""
    decision = answer.decision
    return {
        **row(answer),
        "why": list(explanation.why),
        "nearest": [{"source": miss.source, "failed": [_element(e) for e in miss.failed]} for miss in explanation.nearest],
        "change": list(explanation.change),
        "notes": [
            {"id": note.partition(":")[0] if describe(note) != note else None, "text": describe(note)} for note in decision.notes
        ],
        "trace": [_statement(trace) for trace in decision.trace],
    }


def _note(note: str) -> dict[str, Any]:
    text = describe(note)
    return {"id": None if text == note else note.partition(":")[0], "text": text}


def _statement(trace: StatementTrace) -> dict[str, Any]:
    return {
        "source": trace.source,
        "layer": trace.layer,
        "effect": str(trace.effect),
        "matched": trace.matched,
        "elements": [_element(element) for element in trace.elements],
    }


def _element(element: ElementMatch) -> dict[str, Any]:
    return {"element": element.element, "matched": element.matched, "because": element.because}

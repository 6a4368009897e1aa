"""The whole trace of a decision, for `explain`: as a tree, as indented lines and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kmsgen.authorizer.advice.explanation import Explanation
from kmsgen.authorizer.decision import ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.request import Request
from kmsgen.cli import console
from kmsgen.cli.reports.decisions import STYLES, Decided, describe_note, outcome_of, resources_of, row

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


def tree(one: Decided, explanation: Explanation) -> Node:
    """Return the whole trace of an answer: outcome, reasons, layers, statements, elements."""
    request, decision = one.question.request, one.decision
    top = Node(f"{outcome_of(decision)}: {request.principal} {request.action}", STYLES[decision.outcome])
    for resource in resources_of(one):
        top.add(f"on {resource}")
    for text in _circumstances(request):
        top.add(text)
    if decision.outcome is not Outcome.IMPLICIT_DENY and decision.reason:
        top.add(f"because {', '.join(decision.reason)}", "bold")
    if not one.ok:
        expected = one.question.expectation
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
    yield "  " * depth + console.line(node.text)
    for child in node.children:
        yield from plain(child, depth + 1)


def show(nodes: Iterable[Node]) -> None:
    """Print traces: as coloured trees on a terminal, as indented lines elsewhere."""
    if not console.coloured():
        for number, node in enumerate(nodes):
            console.answer(*([""] if number else []), *plain(node))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it

    terminal = Console(highlight=False)
    for node in nodes:
        terminal.print(_rich(node))


def _rich(node: Node) -> Any:  # noqa: ANN401 - rich.tree.Tree, imported only on a terminal
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for it
    from rich.tree import Tree  # noqa: PLC0415 - only a terminal pays for it

    branch = Tree(Text(console.line(node.text), node.style), guide_style="dim")
    for child in node.children:
        branch.children.append(_rich(child))
    return branch


def explained_row(one: Decided, explanation: Explanation) -> dict[str, Any]:
    """Return an answer as `explain --output json` prints it: the row of `simulate`, and why."""
    decision = one.decision
    return {
        **row(one),
        "why": list(explanation.why),
        "nearest": [{"source": miss.source, "failed": [_element(e) for e in miss.failed]} for miss in explanation.nearest],
        "change": list(explanation.change),
        "trace": [_statement(trace) for trace in decision.trace],
    }


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

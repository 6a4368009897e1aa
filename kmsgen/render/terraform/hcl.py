"""Values as HCL, written as `terraform fmt` would write them.

Source: HCL native syntax specification, "String Literals" and "Template Expressions"; `terraform fmt` aligns the `=` of
consecutive items that stand on one line each, and an item over several lines ends such a run.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

_KEYWORDS = frozenset({"true", "false", "null", "for", "if"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Expression(NamedTuple):
    """An HCL expression, `aws_kms_key.this.arn`, on one line as `terraform fmt` has it; of a user's text only `identifier`s."""

    text: str


class Interpolated(NamedTuple):
    """An HCL string template: literal texts and expressions, in order."""

    parts: Sequence[object]


def text(value: str, *, ascii_only: bool = False) -> str:
    """Quote an HCL string: `${` and `%{` doubled, so that it means exactly this text (in NFC, to which Terraform turns it)."""
    return '"' + _escaped(value, ascii_only=ascii_only) + '"'


def _escaped(value: str, *, ascii_only: bool = False) -> str:
    doubled = value.replace("${", "$${").replace("%{", "%%{")
    if doubled.isascii() and doubled.isprintable() and not ('"' in doubled or "\\" in doubled):
        return doubled
    return "".join(_character(char, ascii_only=ascii_only) for char in doubled)


def _character(char: str, *, ascii_only: bool) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isascii() and char.isprintable():
        return char
    if char.isprintable() and not ascii_only:
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def value(data: object, indent: int = 0) -> str:
    """Write plain data and expressions as HCL (`hcl` in templates); lines after the first are `indent` levels in."""
    match data:
        case Expression():
            return data.text
        case Interpolated():
            return '"' + "".join(_part(part) for part in data.parts) + '"'
        case dict():
            return _mapping(data, indent)
        case list() | tuple():
            return _list(data, indent)
        case _:
            return _scalar(data)


def _scalar(data: object) -> str:
    if isinstance(data, str):
        return text(data)
    if data is None:
        return "null"
    if isinstance(data, bool):
        return str(data).lower()
    if isinstance(data, int):
        return str(data)
    raise TypeError(f"no HCL for a value of {type(data).__name__}")


def _part(part: object) -> str:
    if not isinstance(part, str):
        return "${" + value(part) + "}"
    before = part.rstrip("$")
    dollars = part[len(before) :]
    # in front of an expression's `${` they would make it literal text
    return _escaped(before) + (f'${{"{dollars}"}}' if dollars else "")


def _list(items: Iterable[object], indent: int) -> str:
    inner = "  " * (indent + 1)
    lines = [f"{inner}{value(item, indent + 1)},\n" for item in items]
    return "[\n" + "".join(lines) + "  " * indent + "]" if lines else "[]"


def _mapping(items: Mapping[str, object], indent: int) -> str:
    if not items:
        return "{}"
    return "{\n" + _items(((_name(name), item) for name, item in items.items()), indent + 1) + "  " * indent + "}"


def _name(name: str) -> str:
    """Return an object's item name; in ASCII, so that its width is the number of its characters."""
    return name if _is_identifier(name) and name not in _KEYWORDS else text(name, ascii_only=True)


def _is_identifier(name: str) -> bool:
    return name.isascii() and name.replace("-", "_").isidentifier() and not name.startswith("-")


def identifier(name: str) -> str:
    """Return an HCL identifier, unquoted. Raises ValueError for any other text."""
    if not _is_identifier(name):
        raise ValueError("not an identifier of HCL")
    return name


def addresses(resources: Iterable[str]) -> str:
    """Return resource addresses, `aws_kms_key.this`, with commas between them. Raises ValueError for any other text."""
    return ", ".join(".".join(map(identifier, address.split("."))) for address in resources)


def _items(items: Iterable[tuple[str, object]], indent: int) -> str:
    pad = "  " * indent
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for name, item in items:
        written = value(item, indent)
        if "\n" in written:
            lines += [*_run(run), f"{pad}{name} = {written}\n"]
            run = []
        else:
            run.append((pad + name, written))
    return "".join([*lines, *_run(run)])


def _run(run: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in run), default=0)
    return [f"{name:<{width}} = {written}\n" for name, written in run]


def aligned(arguments: str) -> str:
    """Align the `=` of arguments that stand on a line each. Raises ValueError for a line that is no `name = value`."""
    lines = (line.split(" = ", 1) for line in arguments.removesuffix("\n").split("\n"))
    return "".join(_run([(name, written) for name, written in lines]))

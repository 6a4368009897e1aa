"""What `kmsgen init` does."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.cli.console import say
from kmsgen.cli.jobs.inputs.option_values import named_values
from kmsgen.cli.output_file import write_new
from kmsgen.errors import Location, input_error
from kmsgen.resources import shipped

SCHEMA = "# yaml-language-server: $schema=intent.schema.json"


def run(path: str, preset: str | None, settings: Iterable[str]) -> None:
    """Write a commented intent, or a preset with its parameters set. Raises InputError for settings, or where the file exists."""
    given = dict(named_values(settings, "--set"))
    if given and preset is None:
        raise input_error(Location("--set"), "usage", "`--set` gives a preset its parameters", "name the preset with `--preset`")
    write_new(path, _starter() if preset is None else _of_preset(preset, given))
    say(f"wrote {path}; next: kmsgen render {path}")


def _starter() -> str:
    return (shipped("starter") / "intent.yaml").read_text(encoding="utf-8")


def _of_preset(name: str, settings: dict[str, str]) -> str:
    """Return the file of a preset, once it is known to be a sound intent."""
    from kmsgen.intent.presets import filled_preset, find_preset, load_preset  # noqa: PLC0415 - the starter needs none
    from kmsgen.render.text.yaml_text import dump  # noqa: PLC0415

    load_preset(name, settings)
    about = find_preset(name)
    head = (SCHEMA, f"# {about.summary}; from the preset {name} ({about.source or 'kmsgen'})")
    return "\n".join([*head, dump(filled_preset(name, settings).data), ""])

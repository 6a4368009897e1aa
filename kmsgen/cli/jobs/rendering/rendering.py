"""An intent to the files of its folder: compiled, confirmed, rendered, and its templates looked at by cfn-lint."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kmsgen.checks import confirm
from kmsgen.cli.jobs.inputs.intent_sources import IntentSource
from kmsgen.cli.jobs.rendering.gone import source_of
from kmsgen.cli.jobs.rendering.last_render import about_of, folder_before, last_manifest, last_render, source_told, taken_from
from kmsgen.cli.jobs.rendering.remembered import Made
from kmsgen.cli.output_folder import MANIFEST, File, files_of, intent_folder, read
from kmsgen.compiler.compile import Compiled, compile_intent
from kmsgen.errors import Diagnostic, KmsgenError, Location, RefusedError, input_error
from kmsgen.intent.intent import Ending, Intent
from kmsgen.intent.load import load_intent
from kmsgen.render.claims import claims
from kmsgen.render.deployment import deployment_of
from kmsgen.render.edits.lost_keys import replacements
from kmsgen.render.edits.steps import steps
from kmsgen.render.edits.transition import former_of, in_between
from kmsgen.render.history import Former
from kmsgen.render.merging.halves import halves_of
from kmsgen.render.render import render
from kmsgen.resources import Format

ONE_AFTER_THE_OTHER = "render and deploy the edit without what refuses it, then both with `--applied`"


class WantedFiles(NamedTuple):
    """What an intent is rendered to: formats, the folder of all intents' folders, whether cfn-lint looks at templates."""

    formats: tuple[str, ...]
    out: Path
    lint: bool = True
    replace_key: bool = False  # a key of the last render may be replaced or end
    iam: str | None = None  # who attaches IAM policies where an intent does not say
    answers: Path | None = None  # the folder of the cache, where there is one
    merge_iam: bool = False  # IAM policies are merged with those of other intents
    applied: bool = False  # what the last render wrote is out there


def rendered_source(source: IntentSource, wanted: WantedFiles) -> Made:
    """Render an intent. Raises KmsgenError where it cannot be, where an answer is no, and where cfn-lint finds something."""
    intent = source.load() if source.load else load_intent(source.path)
    _refuse_unwritable(intent.path)
    return _rendered(intent.with_default(iam=wanted.iam), wanted)


def _refuse_unwritable(path: str) -> None:
    """Raise InputError for a path that no text can hold: what is rendered names the file that it is of."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise input_error(Location(path), "not-utf-8", "the path is not UTF-8 text", "rename the file or folder") from None


def _refuse_taken(intent: Intent, folder: Path, files: Iterable[File]) -> None:
    """Raise InputError where the intent would go on with the key of another one, which was rendered under its name.

    Where nothing else changes, a file was moved.
    """
    other = taken_from(folder, partial(source_of, intent.path))
    there = ((file, read(folder / file.path)) for file in files if file.path != MANIFEST)
    if other and any(text is not None and text != file.data for file, text in there):
        message = f"`{intent.name}` is what `{_near(other)}` was rendered to: its key would get what this file says"
        hint = "where a file was moved, first render it unchanged; else take another name until what is under this one goes"
        raise input_error(intent.place("name"), "name-taken", message, hint)


def _near(path: Path) -> str:
    """Return a path as seen from the folder that the command runs in, where it is below."""
    here, there = Path.cwd(), path.absolute()
    return (there.relative_to(here) if there.is_relative_to(here) else path).as_posix()


def _rendered(intent: Intent, wanted: WantedFiles) -> Made:
    folder = intent_folder(wanted.out, intent.name)
    before = folder_before(folder, partial(source_of, intent.path), about_of(intent))
    last, history = last_manifest(folder), last_render(before)
    former = former_of(intent, history, applied=wanted.applied)
    history = history.settled if wanted.applied else history
    between = in_between(intent, former)
    compiled = compile_intent(between)
    _confirm(between, compiled, intent, former)
    deployment = deployment_of(intent, compiled.bundle, history, former, merged=wanted.merge_iam)
    lost = replacements(deployment, intent.keys_location, wanted.formats)
    if lost and not wanted.replace_key:
        raise RefusedError(lost)
    rendering = render(deployment, wanted.formats)
    if wanted.lint:
        from kmsgen.cli.jobs.rendering.template_lint import refuse_findings  # noqa: PLC0415 - not with `--no-lint`

        refuse_findings(folder, rendering.artifacts, wanted.answers)
    notes: tuple[Diagnostic | str, ...] = (
        *lost,
        *steps(deployment, intent.keys_location),
        *(note for note in compiled.notes if not (wanted.merge_iam and note in compiled.on_deployer)),
        *(f"{intent.keys_location}: {note}" for note in rendering.notes),
    )
    halves = halves_of(deployment) if wanted.merge_iam else None
    files = tuple(files_of(intent.name, rendering, source_of(intent.path, folder)))
    _refuse_taken(intent, folder, files)
    made = Made(intent.name, files, notes, tuple(claims(deployment, intent.keys_location)), last, halves)
    own = source_of(intent.path, folder)
    return made._replace(
        lasting=before == folder and source_told(folder) in (None, own), before=before.name if before != folder else ""
    )


def _confirm(between: Intent, compiled: Compiled, intent: Intent, former: Former) -> None:
    """Ask the three questions of an intent with what is held beside it. Raises RefusedError, which says if only that says no."""
    try:
        confirm(between, compiled)
    except RefusedError as refused:
        if between.ending == Ending() and between.delegation == intent.delegation:
            raise
        try:
            confirm(intent, compile_intent(intent))
        except KmsgenError:
            raise refused from None
        held = ", ".join(f"`{one}`" for one in (*former.deployers, *former.delegations, *former.aliases)) or "grants"
        hint = f"the answer is no for what the last render gave, which is held until `--applied`: {held}; {ONE_AFTER_THE_OTHER}"
        told = (one._replace(hint=f"{one.hint}; {hint}" if one.hint else hint) for one in refused.diagnostics)
        raise RefusedError(told) from None


def warm_up(wanted: WantedFiles) -> None:
    """Load what every process would else load by itself: cfn-lint with its rules and schemas."""
    if wanted.lint and Format.CLOUDFORMATION in wanted.formats:
        from kmsgen.cli.jobs.rendering.template_lint import load_linter  # noqa: PLC0415 - as above

        load_linter()

"""The IAM policies of every intent of a run, merged, as a folder of their own beside those of the intents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kmsgen.cli.output_folder import Changes, File, files_of, intent_folder, manifest_of
from kmsgen.cli.reports.renderings import Rendered
from kmsgen.cli.spool import Spool
from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.intent.files.find import same_names
from kmsgen.intent.settings import NAME
from kmsgen.render.merging.halves import FOLDER
from kmsgen.render.names import attachable_kind

Merged = Mapping[str, Mapping[str, Sequence[Sequence[str]]]]
"""What a render of merged policies tells of them: by kind and principal, what is in each."""

Compare = Callable[[Path, tuple[File, ...]], Changes]


def is_merged(out: Path) -> bool:
    """Return whether an earlier run into a folder merged the IAM policies of its intents."""
    return manifest_of(out / FOLDER).get("merged") is True


def names_of_intents(out: Path) -> Iterator[str]:
    """Yield the names, in lower case, of the intents of which a folder has output."""
    for one in out.iterdir() if out.is_dir() else ():
        if one.is_dir() and not one.is_symlink() and (told := manifest_of(one)) and told.get("merged") is not True:
            yield one.name.lower()


def of_all(
    done: Collection[Rendered],
    out: Path,
    formats: Sequence[str],
    compare: Compare,
    *,
    lint: bool,
    answers: Path | None,
    quota: int,
) -> Iterator[Rendered]:
    """Yield what the intents of a run have in IAM, merged. Raises KmsgenError as `merge.render` does, or for an intent `iam`.

    `answers` is the folder of the cache, where there is one; `quota` is how many policies IAM attaches to one principal.
    """
    from kmsgen.render.merging.merge import homes_of, render  # noqa: PLC0415 - only where policies are merged

    if taken := list(same_names([(FOLDER, NAME), *((one.name, one.path) for one in done)])):
        raise InputError(taken)
    folder = intent_folder(out, FOLDER)
    before = manifest_of(folder)
    rendering = render(Spool(one.halves for one in done if one.halves), formats, homes_of(before), quota)
    if lint:
        from kmsgen.cli.jobs.rendering.template_lint import refuse_findings  # noqa: PLC0415 - not with `--no-lint`

        refuse_findings(folder, rendering.artifacts, answers)
    files = tuple(files_of(FOLDER, rendering, merged=True))
    changes = compare(folder, files)
    notes: tuple[Diagnostic | str, ...] = (*_deployers(done), *_first(before, done, rendering.homes, quota), *rendering.notes)
    paths, changed = tuple(file.path for file in files), tuple(file.path for file in changes.changed)
    yield Rendered(FOLDER, NAME, folder, paths, notes, changed, changes.stale)


def _deployers(done: Iterable[Rendered]) -> Iterator[Diagnostic]:
    """Yield the note on the deployers' own policies."""
    names = sorted({arn for one in done if one.halves for arn in one.halves.own})
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        policies = f"{listed}: the IAM policies of whoever deploys are in `{FOLDER}/deployer/`"
        message = f"{policies}, and are to be put in place once, before the first deployment"
        yield Diagnostic(Location(NAME), "deployer-first", message)


def _first(before: object, done: Collection[Rendered], homes: Merged, quota: int) -> Iterator[Diagnostic]:
    """Yield the note on the first merged render: what the intents attached goes with it, and is there beside it until then."""
    if not before and done:
        message = f"the IAM policies of {len(done)} intents stand in `{FOLDER}/` now, and in no module and stack of an intent"
        hint = f"first deploy `{FOLDER}/` with the ARNs of the keys, then the intents: their own policies are detached with that"
        yield Diagnostic(Location(NAME), "iam-merged", message, hint + _crowded(_attached_before(done), homes, quota))


def _crowded(held: Counter[str], homes: Merged, quota: int) -> str:
    """Return of whom IAM would refuse a policy while those of intents, `held` by principal, and the merged ones are attached."""
    merged = {arn: len(policies) for told in homes.values() for arn, policies in told.items()}
    counts = ((arn, count + merged.get(arn, 0)) for arn, count in sorted(held.items()))
    named = ", ".join(f"`{arn}` {count}" for arn, count in counts if count > quota)
    told = f"; both are attached meanwhile, and IAM attaches {quota}: first have the quota raised, or access pauses: {named}"
    return told if named else ""


def _attached_before(done: Iterable[Rendered]) -> Counter[str]:
    """Count the policies that intents of an earlier render attached to each principal."""
    earlier = (one.halves for one in done if one.halves and one.halves.attaches and manifest_of(one.folder))
    held: Counter[str] = Counter()
    for halves in earlier:
        for policies in (halves.policies, halves.own):
            held.update({arn: len(found) for arn, found in policies.items() if attachable_kind(arn)})
    return held


def no_more_merged(done: Iterable[Rendered], out: Path, compare: Compare, quota: int) -> Iterator[Rendered]:
    """Yield the folder of merged policies that an earlier run wrote, as one that goes."""
    folder = out / FOLDER
    if is_merged(out):
        from kmsgen.render.merging.merge import homes_of  # noqa: PLC0415 - as above

        message = f"the IAM policies of the intents stand in their own modules and stacks again, and no more in `{FOLDER}/`"
        held = Counter(claim.holder for one in done for claim in one.claims if claim.holder)
        hint = f"first deploy the intents, then take `{FOLDER}/` away"
        more = _crowded(held, homes_of(manifest_of(folder)), quota)
        note = Diagnostic(Location(NAME), "iam-apart", message, hint + more)
        yield Rendered(FOLDER, NAME, folder, (), (note,), (), compare(folder, ()).stale)


def left_as_they_are(out: Path) -> Iterator[Diagnostic]:
    """Yield the note on a run of some intents, which knows nothing of what the others have in IAM."""
    message = (
        f"the merged IAM policies in `{(out / FOLDER).as_posix()}` are left as they are: this run is about some intents only"
    )
    yield Diagnostic(Location(NAME), "iam-left", message, "`kmsgen render` without arguments writes them")

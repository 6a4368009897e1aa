"""Output of intents that are gone: what an earlier render of the same folder wrote, and this one does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from kmsgen.cli.jobs.rendering.last_render import source_told
from kmsgen.cli.output_folder import Changes, File, manifest_of
from kmsgen.cli.reports.renderings import Rendered
from kmsgen.errors import Diagnostic, Location
from kmsgen.render.claims import left
from kmsgen.render.history import UNKNOWN, parse

ENDING = "docs/ending-a-key.md"


def source_of(path: str, folder: Path) -> str | None:
    """Return the way from an intent's output folder to its file, as a manifest has it; None where no folder holds both."""
    file, here = Path(path).resolve(), folder.resolve()
    if not file.is_file() or file.anchor != here.anchor or os.path.commonpath((file, here)) == file.anchor:
        return None
    return Path(os.path.relpath(file, here)).as_posix()


def gone(
    done: Iterable[Rendered],
    names: AbstractSet[str],
    paths: Iterable[str],
    out: Path,
    compare: Callable[[Path, tuple[File, ...]], Changes],
    *,
    whole: bool,
) -> Iterator[Rendered]:
    """Yield the output of each intent that a rendered folder held and holds no more, or that has another name now.

    `names` are those of what is `done`, in lower case. Unless the `whole` folder was rendered, an intent is gone only if its file
    is. Raises KmsgenError as `compare` does.
    """
    others = list(_others(names, out))
    theirs = {path for _, _, path in others}
    files = {path for one in (done if theirs else ()) if (path := Path(one.path).resolve()) in theirs}
    begun = {one.before for one in (done if theirs else ()) if one.before}
    files.update(path for folder, _, path in others if folder.name in begun)
    folders = [Path(path).resolve() for path in paths if path != "-" and Path(path).is_dir()]
    for folder, source, path in others:
        # of a renamed intent the history goes on in the new folder: the old one would be taken up by who renames it back
        if path in files or (any(map(path.is_relative_to, folders)) and (whole or not path.is_file())):
            history = UNKNOWN if path in files else parse(manifest_of(folder))
            note = _renamed(folder) if path in files else _steps(folder, tuple(history.addresses), history.grants)
            claims = tuple(left(history.grants, Location(str(folder))))
            yield Rendered(folder.name, source, folder, (), (note,), (), compare(folder, ()).stale, claims)


def _others(names: AbstractSet[str], out: Path) -> Iterator[tuple[Path, str, Path]]:
    """Yield each folder with output of an intent of another name, the way to its file, and where that leads."""
    for name in sorted(one.name for one in out.iterdir()) if out.is_dir() else ():
        folder = out / name
        if name.lower() in names or folder.is_symlink() or not folder.is_dir():
            continue
        source = source_told(folder)
        path = _resolved(folder / source) if source is not None else None
        if source is not None and path is not None:
            yield folder, source, path


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, ValueError):
        return None


def _renamed(folder: Path) -> Diagnostic:
    """Return the note on what was rendered under another name of an intent: the new folder takes its place."""
    message = f"the intent `{folder.name}` has another name now, and what was rendered under this one goes"
    return Diagnostic(Location(str(folder)), "intent-gone", message, "`intent-renamed` of its file has the steps")


def _steps(folder: Path, addresses: Sequence[str], grants: Iterable[str]) -> Diagnostic:
    """Return the note on what goes with output: Terraform destroys what a module held whose block is taken away."""
    message = f"the intent `{folder.name}` is gone from the folder that is rendered, and so is what was rendered of it"
    held = ", ".join(f"`{address}`" for address in addresses if not address.startswith("aws_kms_grant."))
    hint = f"before its `module` block goes, let Terraform let go of {held}: {ENDING}" if held else f"see {ENDING}"
    made = ", ".join(f"`{name}` of `{arn}`" for arn, _, name in (one.partition(" ") for one in grants))
    revoked = f"; grants go with the block, those that `grants.sh` made with `aws kms revoke-grant`: {made}" if made else ""
    return Diagnostic(Location(str(folder)), "intent-gone", message, hint + revoked)

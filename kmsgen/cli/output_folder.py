"""A folder of files, compared with what it is to hold: never through a link, never over a file that kmsgen did not write."""

import difflib
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen import __version__
from kmsgen.errors import Diagnostic, InputError, Location, RefusedError, input_error
from kmsgen.reading.files import refuse_larger, size_of
from kmsgen.render import history
from kmsgen.render.artifact import Rendering

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 16 * 1024 * 1024
MAX_WRITTEN_BYTES = 128 * 1024 * 1024


class File(NamedTuple):
    """One file of a folder: its path in it (POSIX) and its text."""

    path: str
    text: str
    executable: bool = False

    @property
    def data(self) -> bytes:
        """The bytes on disk."""
        return self.text.encode()


class Changes(NamedTuple):
    """What writing a folder changes in it: files to write, and paths of files that an earlier run wrote and this one does not.

    `before` are the digests of those of them that are there now, by path.
    """

    folder: Path
    changed: tuple[File, ...]
    stale: tuple[str, ...]
    before: Mapping[str, str] = MappingProxyType({})


def sha256(data: bytes) -> str:
    """Return the digest as a manifest has it."""
    return hashlib.sha256(data).hexdigest()


def intent_folder(out: Path, name: str) -> Path:
    """Return the folder of an intent within the output folder. Raises InputError for a name that is more than a name."""
    if name in ("", ".", "..") or "/" in name:
        raise input_error(Location(str(out)), "unsafe-path", f"`{name}` is not a name for a folder")
    if out.exists() and not out.is_dir():
        raise input_error(Location(str(out)), "in-the-way", "there is a file where a folder must be")
    return out / name


def changes_in(folder: Path, files: Iterable[File], *, force: bool = False) -> Changes:
    """Compare a folder with what it is to hold. The last file is the manifest; without files it goes with what it lists.

    Raises InputError for what cannot be read and for a path that leads out of the folder or through a link; RefusedError for a
    file in the way that kmsgen did not write or that was changed since, which `force` overwrites and never removes.
    """
    try:
        return _changes(folder, tuple(files), force=force)
    except OSError as error:
        raise unusable(error) from error


def holds(folder: Path, files: Iterable[tuple[str, str, bool]]) -> bool:
    """Return whether a folder holds files, `(path, digest, executable)` with the manifest among them: then nothing is to be done.

    Raises InputError as `changes_in` does.
    """
    files = tuple(files)
    try:
        refuse_unsafe(folder, [path for path, _, _ in files])
        return all(
            _is_as_written(read(folder / path), digest) and not _lacks_mode(folder / path, run) for path, digest, run in files
        )
    except OSError as error:
        raise unusable(error) from error


def unusable(error: OSError, hint: str = "") -> InputError:
    """Build the error on a folder or a file in it that the system does not let kmsgen read or write."""
    place = Location(str(error.filename2 or error.filename or "-"))  # of two, the one that the other was to become
    return input_error(place, "cannot-write", (error.strerror or "cannot write").lower(), hint)


def _changes(folder: Path, files: tuple[File, ...], *, force: bool) -> Changes:
    refuse_unsafe(folder, [file.path for file in files])
    written = _written_before(folder)
    found = {path: read(folder / path) for path in dict.fromkeys((*(file.path for file in files), *written))}
    changed = tuple(one for one in files if found[one.path] != one.data or _lacks_mode(folder / one.path, one.executable))
    kept = {file.path for file in files}
    stale = tuple(path for path in written if path not in kept and found[path] is not None)
    if force:
        stale = tuple(path for path in stale if _is_as_written(found[path], written[path]))
    else:
        touched = (*(file.path for file in changed if file.path != MANIFEST), *stale)
        _refuse_foreign(folder, {path: found[path] for path in touched}, written)
        _refuse_foreign_manifest(folder, changed)
    if not files and manifest_of(folder):
        stale = (*stale, MANIFEST)
    touched = (*(file.path for file in changed), *stale)
    before = {path: sha256(data) for path in touched if (data := read(folder / path)) is not None}
    return Changes(folder, changed, stale, before)


def _is_as_written(data: bytes | None, digest: str) -> bool:
    return data is not None and sha256(data) == digest


def _lacks_mode(path: Path, executable: bool) -> bool:
    return executable and not os.access(path, os.X_OK)


def refuse_unsafe(folder: Path, paths: Iterable[str]) -> None:
    """Refuse paths that leave the folder, pass a link, or meet something of another kind; the folder is no link either."""
    wanted = {(root := str(folder)): stat.S_IFDIR}  # each place once, a folder before what is in it
    for path in paths:
        *above, last = path.split("/")
        if "\\" in path or "\0" in path or any(part in ("", ".", "..") for part in (*above, last)):
            raise input_error(Location(root), "unsafe-path", f"`{path}` leads out of the folder")
        place = root
        for part in above:
            place = f"{place}/{part}"
            wanted[place] = stat.S_IFDIR
        wanted[f"{place}/{last}"] = stat.S_IFREG
    for place, kind in wanted.items():
        _refuse_wrong_kind(place, kind)


def _refuse_wrong_kind(place: str, kind: int) -> None:
    try:
        found = stat.S_IFMT(os.lstat(place).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return
    if found == stat.S_IFLNK:
        raise input_error(Location(place), "symbolic-link", "kmsgen does not write through a symbolic link", "remove it")
    if found != kind:
        problem = "a file where a folder must be" if kind == stat.S_IFDIR else "something that is not a file where a file must be"
        raise input_error(Location(place), "in-the-way", f"there is {problem}")


def manifest_of(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a folder as it stands there; nothing where there is none that kmsgen wrote."""
    raw = read(folder / MANIFEST)
    try:
        data = json.loads(raw) if raw is not None and len(raw) <= MAX_MANIFEST_BYTES else None
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) and "kmsgen" in data else {}


def _written_before(folder: Path) -> dict[str, str]:
    """Return the digest by path of each file that the folder's manifest claims; nothing where the manifest is none."""
    claims = manifest_of(folder).get("files")
    return dict(_claim(claim) for claim in claims if _is_claim(folder, claim)) if isinstance(claims, list) else {}


def _is_claim(folder: Path, claim: object) -> bool:
    """Return whether an entry of a manifest names a file within the folder: a manifest is input, and may lie."""
    if not isinstance(claim, dict) or not isinstance(claim.get("path"), str) or not isinstance(claim.get("sha256"), str):
        return False
    try:
        refuse_unsafe(folder, [claim["path"]])
    except InputError:
        return False
    return str(claim["path"]) != MANIFEST


def _claim(claim: Mapping[str, Any]) -> tuple[str, str]:
    return claim["path"], claim["sha256"]


def read(path: Path) -> bytes | None:
    """Return what a file holds; None where there is no file. Raises InputError for one larger than any that kmsgen writes."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        refuse_larger(file, str(path), MAX_WRITTEN_BYTES)
        return file.read(size_of(os.fstat(file.fileno())))


def read_text(path: Path) -> str | None:
    """Return the text of a file; None where there is none, or a link."""
    return None if path.is_symlink() else (read(path) or b"").decode(errors="replace") or None


def _refuse_foreign(folder: Path, found: Mapping[str, bytes | None], written: Mapping[str, str]) -> None:
    """Refuse to touch files whose bytes are not those that the manifest says kmsgen wrote."""
    problems = []
    for path, data in found.items():
        if data is not None and not _is_as_written(data, written.get(path, "")):
            told = "was changed since kmsgen wrote it" if path in written else "was not written by kmsgen"
            hint = "move it away, or overwrite it with `--force`"
            problems.append(Diagnostic(Location(str(folder / path)), "not-ours", f"the file {told}", hint))
    if problems:
        raise RefusedError(problems)


def _refuse_foreign_manifest(folder: Path, changed: Iterable[File]) -> None:
    raw = read(folder / MANIFEST)
    if raw is None or not any(file.path == MANIFEST for file in changed):
        return
    try:
        ours = isinstance(data := json.loads(raw), dict) and "kmsgen" in data and "files" in data
    except (ValueError, RecursionError):
        ours = False
    if not ours:
        hint = "move it away, or overwrite it with `--force`"
        message = "the file was not written by kmsgen"
        raise RefusedError([Diagnostic(Location(str(folder / MANIFEST)), "not-ours", message, hint)])


def difference(one: Changes) -> Iterator[str]:
    """Yield the lines of a unified diff from what is on disk to what would be written."""
    for file in one.changed:
        before = (read(one.folder / file.path) or b"").decode(errors="replace")
        yield from _diff(one.folder / file.path, before, file.text)
    for path in one.stale:
        yield from _diff(one.folder / path, (read(one.folder / path) or b"").decode(errors="replace"), "")


def _diff(path: Path, before: str, after: str) -> Iterator[str]:
    name = path.as_posix()
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"{name} (on disk)", f"{name} (rendered)", lineterm="")
    shown = list(lines)
    yield from shown or [f"{name}: differs in its mode or line endings"]


def files_of(intent: str, rendering: Rendering, source: str | None = None, *, merged: bool = False) -> Iterator[File]:
    """Yield every file of an intent's folder, the manifest last. `source` is the way from the folder to the intent's file.

    The manifest is `{"intent", "source", "kmsgen", "deployer", "deployer_apart", "attached", "keys", "terraform", "files":
    [{"path", "format", "kind", "principal", "account", "sha256"}]}`; what is before the files is that of `render/history.py`.
    """
    claims = []
    for artifact in rendering.artifacts:
        file = File(artifact.path, artifact.text, artifact.executable)
        claims.append(
            {
                "path": artifact.path,
                "format": artifact.format,
                "kind": artifact.kind,
                "principal": artifact.principal,
                "account": artifact.account,
                "sha256": sha256(file.data),
            }
        )
        yield file
    found: dict[str, object] = {"source": source} if source is not None else {}
    found |= {"merged": True, "homes": dict(rendering.homes)} if merged else {}
    manifest = {"intent": intent, **found, "kmsgen": __version__, **history.plain(rendering.history), "files": claims}
    yield File(MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

"""Byte code of templates, kept as Python keeps that of modules: to compile them takes a tenth of a start.

It is kept where Python keeps its own: in `__pycache__` beside the templates, or below PYTHONPYCACHEPREFIX; not at all where
Python is told to keep none. Since it is executed, the folder must be the user's own, and nobody else may write it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2.bccache import Bucket, FileSystemBytecodeCache

from kmsgen.resources import is_own_folder


class ByteCode(FileSystemBytecodeCache):
    """Jinja2 byte code of one folder of templates. What is stale, damaged or not the user's own is compiled again.

    `kind` tells apart engines that compile the same template differently.
    """

    def __init__(self, templates: Path, kind: str) -> None:
        self.folder = Path(cache_from_source(str(templates / "template.py"))).parent
        self.kind = kind
        super().__init__(str(self.folder), "%s.jinja2")

    def get_source_checksum(self, source: str) -> str:
        """Return the SHA-1 of a template's source and of the kind of engine: byte code that carries another is stale."""
        return super().get_source_checksum(f"{self.kind}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template's byte code into the bucket; leave it empty where there is none to use."""
        if is_own_folder(self.folder):
            with suppress(OSError, EOFError, ValueError, UnpicklingError):
                super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template's byte code, whole or not at all; a place where it cannot be kept is no error."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            if is_own_folder(self.folder):
                super().dump_bytecode(bucket)

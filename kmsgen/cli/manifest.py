"""The files of an intent's folder, the manifest among them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kmsgen import __version__
from kmsgen.cli.output_folder import MANIFEST, File, sha256
from kmsgen.render.artifact import Rendering


def files_of(intent: str, rendering: Rendering) -> Iterator[File]:
    """Yield every file of an intent's folder, the manifest last.

    The manifest is `{"intent", "kmsgen", "files": [{"path", "format", "kind", "principal", "account", "sha256"}]}`.
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
    manifest = {"intent": intent, "kmsgen": __version__, "files": claims}
    yield File(MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

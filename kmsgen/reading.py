"""Hostile text to plain data, with the place of every part.

YAML 1.2 in spirit: every scalar stays text except plain `true`, `false` and `null`, so account ids survive unquoted and `no`
is a text. Refused: files over 1 MiB x 16, depth over 50, duplicate keys, anchors, aliases, tags, merge keys, several documents.
"""

from __future__ import annotations

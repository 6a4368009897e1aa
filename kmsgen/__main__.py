"""`python -m kmsgen` and the `kmsgen` command."""

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

NEW_OBJECTS = 500_000
"""After so many new objects garbage is looked for: most runs are over before it pays."""


def main() -> NoReturn:
    """Import the application, run it, and end the process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is what says how a run ends, it just ends
    _take_names_for_utf_8()
    gc.disable()  # what is being imported is no garbage: looking for some takes a tenth of the time
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for some reads what every installed package says
    from kmsgen.cli.app import main as run  # noqa: PLC0415 - once collections are off
    from kmsgen.cli.console import escape_what_streams_cannot_hold  # noqa: PLC0415 - as above
    from kmsgen.cli.stopping import stop_on_signals  # noqa: PLC0415 - as above

    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # whoever started the process closed it
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
    escape_what_streams_cannot_hold()
    stop_on_signals()
    try:
        run()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 0)
    leave(0)


def _take_names_for_utf_8() -> None:
    """Begin again in Python's UTF-8 mode where the locale has another encoding: what is rendered must not depend on a locale.

    What is printed keeps to the locale's encoding.
    """
    if sys.getfilesystemencoding().lower() == "utf-8" or os.name != "posix" or os.environ.get("PYTHONUTF8") == "1":
        return
    for name, value in (("PYTHONUTF8", "1"), ("PYTHONIOENCODING", os.environ.get("PYTHONIOENCODING") or _encoding())):
        os.environ[name] = value
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very command again, through no shell


def _encoding() -> str:
    return next((stream.encoding for stream in (sys.stdout, sys.stderr) if stream is not None), "ascii")


def leave(code: int) -> NoReturn:
    """End the process once everything is written: to free all that was made first takes a twentieth of a run."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = 1
    except OSError as error:
        code = 2
        with suppress(OSError):
            sys.stderr.write(f"the output: {(error.strerror or 'cannot be used').lower()}\n")
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()

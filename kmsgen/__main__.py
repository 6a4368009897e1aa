"""`python -m kmsgen` and the `kmsgen` command."""

import gc

NEW_OBJECTS = 500_000
"""After so many new objects garbage is looked for: most runs are over before it pays."""


def main() -> None:
    """Import the application, then run it."""
    gc.disable()  # what is being imported is no garbage: looking for some takes a tenth of the time
    from kmsgen.cli.app import main as run  # noqa: PLC0415 - not before

    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()
    run()


if __name__ == "__main__":
    main()

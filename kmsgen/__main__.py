"""`python -m kmsgen` and the `kmsgen` command."""

import gc


def main() -> None:
    """Import the application, then run it."""
    gc.disable()  # what is being imported is no garbage: looking for some takes a tenth of the time
    from kmsgen.cli.app import main as run  # noqa: PLC0415 - not before

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()

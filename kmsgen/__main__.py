"""`python -m kmsgen` and the `kmsgen` command."""

from kmsgen.cli.app import main

if __name__ == "__main__":
    main()

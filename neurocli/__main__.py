"""`python -m neurocli` and the console script."""

from neurocli.cli.main import main

if __name__ == "__main__":
    main()

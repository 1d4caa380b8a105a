"""`python -m shared.cli`."""

from shared.cli import main

if __name__ == "__main__":
    main()

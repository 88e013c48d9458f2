"""`python -m service` is `anyan`."""

from service.cli import main

if __name__ == "__main__":
    main()

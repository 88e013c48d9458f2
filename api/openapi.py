"""`python -m api.openapi`: prints the description from which web/ generates its types."""

import json
from importlib.metadata import PackageNotFoundError, version

from api.app import describe


def main() -> None:
    """Runs without database and engine."""
    try:
        installed = version("anyan")
    except PackageNotFoundError:
        installed = "0"
    print(json.dumps(describe(installed).openapi(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fixtures_database import database, database_url, open_database  # noqa: F401

from fixtures_database import database, database_url, open_database  # noqa: F401
from running_service import blocked_video, short_block_video  # noqa: F401

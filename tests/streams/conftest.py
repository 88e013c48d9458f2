import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fixtures_rtsp import rtsp_available, rtsp_server  # noqa: F401
from fixtures_web import web_server  # noqa: F401

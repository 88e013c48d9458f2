"""`anyan serve`: the API and the engine in one event loop, the workers as its children."""

import asyncio
import gc
import signal
import socket
import time
from importlib.metadata import version

import structlog
import typer
import uvicorn

from api.app import create_app
from api.server import Server
from api.settings import ApiSettings
from core.errors import DatabaseAway, SettingsError
from core.site import Site
from hazards.access.actions import ensure_administrator
from hazards.database import Database
from hazards.site.actions import import_site
from service.engine import SiteEngine
from service.lock import hold_lock
from service.settings import Settings

log = structlog.get_logger(__name__)

DATABASE_WAIT_S = 60.0
"""A database that starts together with the service may need a moment."""
CLAIM_WAIT_S = 15.0
GRACE_S = 3


def serve(settings: Settings, site: Site | None = None) -> None:
    """Runs until it is told to stop. site: imported first, as `anyan demo` does.

    Raises SettingsError, ModelError or DatabaseAway where it cannot start.
    """
    settings.make_data_dir()
    hold_lock(settings.data_dir / "locks" / "service", wait_s=0.0, holder="Anyan")
    listener = _listen(settings.host, settings.port)
    database = Database(settings.database)
    _prepare(database, settings, site)
    asyncio.run(_run(settings, database, listener))


async def _run(settings: Settings, database: Database, listener: socket.socket) -> None:
    shown = ApiSettings(
        data_dir=settings.data_dir,
        time_zone=settings.time_zone,
        version=version("anyan"),
        started_at=time.time(),
        metrics_token=settings.metrics_token.get_secret_value(),
        secure_cookie=settings.secure_cookie,
        oidc=settings.oidc,
    )
    engine = SiteEngine(settings, database, shown)
    config = uvicorn.Config(
        create_app(database, engine, shown),
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        ws_ping_interval=20,
        server_header=False,
    )
    server = Server(config, engine.hub)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await engine.start()
    # What is loaded now stays. Else the collector walks through all of it in the middle of a large
    # answer, which takes longer than the answer.
    gc.freeze()
    try:
        await server.serve(sockets=[listener])
    finally:
        await engine.stop()
        database.close()


def _prepare(database: Database, settings: Settings, site: Site | None) -> None:
    """Tables, first administrator, site file."""
    deadline = time.monotonic() + DATABASE_WAIT_S
    while True:
        try:
            database.migrate()
            break
        except DatabaseAway as error:
            if time.monotonic() > deadline:
                raise
            log.warning("database_away", reason=error.message, tries_for_s=DATABASE_WAIT_S)
            time.sleep(2.0)
    database.claim(wait_s=CLAIM_WAIT_S)
    with database.begin() as session:
        if site is not None:
            import_site(session, site)
        invented = ensure_administrator(session, settings.admin_password.get_secret_value() or None)
    typer.echo(f"Anyan 安眼: http://{settings.host}:{settings.port}")
    if invented is not None:
        typer.echo(f"  用户名 user: admin   密码 password: {invented}   (只显示一次 shown once)")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"port {port} on {host} cannot be used ({error.strerror}): set ANYAN_PORT to another"
        ) from error
    listener.set_inheritable(False)
    return listener

"""The HTTP side: sign-in, routes, schemas, live sockets. The only place with fastapi."""

"""Passwords as Argon2id hashes, tokens as SHA-256 of random 256 bits."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Takes tens of milliseconds and 64 MiB, on purpose."""
    return _hasher.hash(password)


def verify(password: str, password_hash: str | None) -> bool:
    """Whether the password is right. Without a user, it takes as long and says no."""
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except VerifyMismatchError:
        return False


def new_token() -> str:
    """256 random bits, in letters that fit a cookie."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _nobody() -> str:
    return hash_password(secrets.token_urlsafe())

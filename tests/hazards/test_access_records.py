import pytest
from sqlalchemy import select

from core.errors import NotSignedIn
from hazards.access import actions, queries
from hazards.access.passwords import hash_password, verify
from hazards.access.tables import SignInRow, UserRow
from hazards.database import Database

NOW = 1_700_000_000.0


def _user(database: Database) -> UserRow:
    with database.begin() as session:
        actions.ensure_administrator(session, "long enough")
    with database.read() as session:
        user = queries.user_named(session, " ADMIN ")
    assert user is not None
    return user


def test_the_first_administrator_is_made_once(database: Database) -> None:
    """A made-up password is returned once and is right; a second start makes nobody."""
    with database.begin() as session:
        password = actions.ensure_administrator(session, None)
    with database.begin() as session:
        assert actions.ensure_administrator(session, None) is None
        user = queries.user_named(session, "admin")
    assert password is not None
    assert len(password) >= 16
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")
    assert verify(password, user.password_hash)


def test_a_given_password_is_not_returned(database: Database) -> None:
    """What the operator set is not printed."""
    with database.begin() as session:
        assert actions.ensure_administrator(session, "long enough") is None
        user = queries.user_named(session, "admin")
    assert user is not None
    assert verify("long enough", user.password_hash)
    assert not verify("wrong", user.password_hash)
    assert not verify("long enough", None)


def test_a_sign_in_lasts_as_long_as_it_is_used(database: Database) -> None:
    """12 idle hours end it; use puts that off; signing in sweeps out what has ended."""
    user = _user(database)
    with database.begin() as session:
        new = actions.sign_in(session, user, now=NOW)
    later = NOW + queries.IDLE_S - 1
    with database.begin() as session:
        assert queries.sign_in_of(session, new.token, now=later).user.name == "admin"
        actions.touch(session, new.token, now=later)
    with database.read() as session:
        queries.sign_in_of(session, new.token, now=later + queries.IDLE_S - 1)
        with pytest.raises(NotSignedIn):
            queries.sign_in_of(session, new.token, now=later + queries.IDLE_S)
    with database.begin() as session:
        actions.sign_in(session, user, now=later + queries.IDLE_S)
        assert len(session.scalars(select(SignInRow)).all()) == 1


def test_the_database_holds_no_token(database: Database) -> None:
    """A copy of the database signs nobody in; repr shows no token."""
    with database.begin() as session:
        actions.ensure_administrator(session, "long enough")
        user = queries.user_named(session, "admin")
        assert user is not None
        new = actions.sign_in(session, user, now=NOW)
        session.flush()
        row = session.scalars(select(SignInRow)).one()
        assert new.token not in (row.token_hash, row.csrf_token)
    assert new.token not in repr(new)


def test_a_new_password_ends_the_other_sign_ins(database: Database) -> None:
    """The browser that changed it stays signed in."""
    user = _user(database)
    with database.begin() as session:
        here = actions.sign_in(session, user, now=NOW)
        there = actions.sign_in(session, user, now=NOW)
    with database.begin() as session:
        actions.change_password(session, user, hash_password("longer yet"), keep=here.token)
    with database.read() as session:
        assert queries.sign_in_of(session, here.token, now=NOW).user.password_hash
        with pytest.raises(NotSignedIn):
            queries.sign_in_of(session, there.token, now=NOW)


def test_signing_out_ends_it(database: Database) -> None:
    """The token is void; doing it again does no harm."""
    user = _user(database)
    with database.begin() as session:
        new = actions.sign_in(session, user, now=NOW)
    for _ in range(2):
        with database.begin() as session:
            actions.sign_out(session, new.token)
    with database.read() as session, pytest.raises(NotSignedIn):
        queries.sign_in_of(session, new.token, now=NOW)

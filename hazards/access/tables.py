"""Users, their sign-ins and grants; tokens of machines."""

from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hazards.tables import ID, JSON, Seconds, Table, Text


class UserRow(Table):
    """name: lower case, what a person types. password_hash: Argon2id with its parameters; empty
    where only the identity provider signs in. subject: the provider's name for the user.
    person_id: who it is at the site.
    """

    __tablename__ = "users"
    SECRET: ClassVar[frozenset[str]] = frozenset({"password_hash"})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, unique=True)
    person_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("people.id", ondelete="SET NULL"), unique=True
    )
    active: Mapped[bool] = mapped_column(default=True)


class GrantRow(Table):
    """A role, for one part of the tree and all below it."""

    __tablename__ = "grants"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_id: Mapped[str] = mapped_column(
        ID, ForeignKey("units.id", ondelete="CASCADE"), primary_key=True
    )


class SignInRow(Table):
    """One browser that is signed in.

    token_hash: SHA-256 of the cookie; a copy of the database signs nobody in.
    last_used_at: UTC seconds.
    """

    __tablename__ = "sign_ins"
    UNAUDITED: ClassVar[str] = "who is signed in; ends by itself"

    token_hash: Mapped[str] = mapped_column(ID, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str] = mapped_column(Text)
    last_used_at: Mapped[float] = mapped_column(Seconds)
    user: Mapped[UserRow] = relationship(lazy="joined", innerjoin=True)


class MachineTokenRow(Table):
    """A machine that may use the API. token_hash: SHA-256. scopes: capabilities, within unit_id."""

    __tablename__ = "machine_tokens"
    SECRET: ClassVar[frozenset[str]] = frozenset({"token_hash"})

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(ID, unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    unit_id: Mapped[str] = mapped_column(ID, ForeignKey("units.id", ondelete="CASCADE"))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[float] = mapped_column(Seconds)
    revoked_at: Mapped[float | None] = mapped_column(Seconds)

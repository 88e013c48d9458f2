"""Users and their sign-ins."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hazards.tables import ID, Seconds, Table, Text


class UserRow(Table):
    """name: lower case, what a person types. password_hash: Argon2id with its parameters."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)


class SignInRow(Table):
    """One browser that is signed in.

    token_hash: SHA-256 of the cookie; a copy of the database signs nobody in.
    last_used_at: UTC seconds.
    """

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(ID, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str] = mapped_column(Text)
    last_used_at: Mapped[float] = mapped_column(Seconds)
    user: Mapped[UserRow] = relationship(lazy="joined", innerjoin=True)

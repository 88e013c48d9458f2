"""Users, what they are where, and tokens of machines."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.schemas.page import Page
from api.schemas.shapes import Id, Line
from hazards.access.roles import Capability, Role
from hazards.access.tables import GrantRow, MachineTokenRow, UserRow

UserId = Annotated[int, Path(ge=1, lt=2**31)]
Password = Annotated[SecretStr, Field(min_length=10, max_length=1000)]


class Grant(BaseModel):
    """A role in a unit and in all below it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    unit_id: Id


class UserEdit(BaseModel):
    """person_id: who it is at the site. subject: the identity provider's name for the user.

    grants: all of them; what is left out is taken away.
    """

    model_config = ConfigDict(extra="forbid")

    display_name: Line
    person_id: Id | None
    subject: Line | None
    active: bool
    grants: list[Grant] = Field(max_length=200)


class UserCreate(BaseModel):
    """name: what the person types, lower case. password: null where only the identity provider
    signs in, at least 10 characters otherwise."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    display_name: Line
    password: Password | None
    person_id: Id | None
    subject: Line | None
    grants: list[Grant] = Field(max_length=200)


class PasswordSet(BaseModel):
    """new: at least 10 characters."""

    model_config = ConfigDict(extra="forbid")

    new: Password


class User(BaseModel):
    """has_password: false where only the identity provider signs in."""

    id: int
    name: str
    display_name: str
    person_id: str | None
    subject: str | None
    active: bool
    has_password: bool
    grants: list[Grant]

    @classmethod
    def of(cls, row: UserRow, grants: Sequence[GrantRow]) -> Self:
        """From a row and its grants."""
        return cls(
            id=row.id,
            name=row.name,
            display_name=row.display_name,
            person_id=row.person_id,
            subject=row.subject,
            active=row.active,
            has_password=row.password_hash != "",
            grants=[Grant(role=Role(grant.role), unit_id=grant.unit_id) for grant in grants],
        )


class Users(Page[User]):
    """One page, by name."""


class TokenCreate(BaseModel):
    """scopes: what the machine may do, in the unit and below it."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    scopes: list[Capability] = Field(min_length=1, max_length=50)
    unit_id: Id


class Token(BaseModel):
    """made_at, revoked_at: UTC seconds."""

    id: str
    name: str
    scopes: list[Capability]
    unit_id: str
    made_by: str
    made_at: float
    revoked_at: float | None

    @classmethod
    def of(cls, row: MachineTokenRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class NewToken(BaseModel):
    """secret: for the header `Authorization: Bearer …`; it is shown this once."""

    token: Token
    secret: str


class Tokens(BaseModel):
    """Newest first, the revoked ones too."""

    items: list[Token]

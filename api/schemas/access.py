"""Sign-in."""

from pydantic import BaseModel, Field, SecretStr

from api.schemas.shapes import Line
from hazards.access.roles import Capability, Role


class SignIn(BaseModel):
    """What a person types."""

    username: Line
    password: SecretStr = Field(max_length=1000)


class PasswordChange(BaseModel):
    """new: at least 10 characters."""

    current: SecretStr = Field(max_length=1000)
    new: SecretStr = Field(min_length=10, max_length=1000)


class Session(BaseModel):
    """csrf_token goes into the header X-CSRF-Token of every request that changes something.

    capabilities: what the user may do somewhere. person_id: who the user is at the site.
    """

    username: str
    display_name: str
    roles: list[Role]
    capabilities: list[Capability]
    person_id: str | None
    csrf_token: str

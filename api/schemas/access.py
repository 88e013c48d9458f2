"""Sign-in."""

from pydantic import BaseModel, Field, SecretStr

from api.schemas.shapes import Line


class SignIn(BaseModel):
    """What a person types."""

    username: Line
    password: SecretStr = Field(max_length=1000)


class PasswordChange(BaseModel):
    """new: at least 10 characters."""

    current: SecretStr = Field(max_length=1000)
    new: SecretStr = Field(min_length=10, max_length=1000)


class Session(BaseModel):
    """csrf_token goes into the header X-CSRF-Token of every request that changes something."""

    username: str
    display_name: str
    roles: list[str]
    csrf_token: str

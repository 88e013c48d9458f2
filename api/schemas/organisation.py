"""The organisation: units, people, contractors."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from api.schemas.page import Page
from api.schemas.shapes import Id, Line, MaybeLine
from hazards.site.people_tables import ContractorRow, PersonRow, UnitRow
from hazards.site.tree import UnitKind


class UnitEdit(BaseModel):
    """parent_id: null for the top only, which does not move."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    kind: UnitKind
    parent_id: Id | None


class UnitCreate(BaseModel):
    """id: chosen by the service where it is null."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    kind: UnitKind
    parent_id: Id
    id: Id | None = None


class Unit(BaseModel):
    """path: the ids from the top down to this unit. position: order among its siblings."""

    id: str
    parent_id: str | None
    kind: UnitKind
    name: str
    path: str
    position: int

    @classmethod
    def of(cls, row: UnitRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class Units(BaseModel):
    """The whole tree; every unit stands after the one above it."""

    items: list[Unit]


class PersonCreate(BaseModel):
    """number: staff number. post: what the person does. contractor_id: null for own staff."""

    model_config = ConfigDict(extra="forbid")

    number: Line
    name: Line
    unit_id: Id
    post: MaybeLine
    contractor_id: Id | None


class PersonEdit(PersonCreate):
    """active: false once the person has left; the account stays."""

    active: bool


class Person(BaseModel):
    """One person of the site."""

    id: str
    number: str
    name: str
    unit_id: str
    post: str
    contractor_id: str | None
    active: bool

    @classmethod
    def of(cls, row: PersonRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class People(Page[Person]):
    """One page, by staff number."""


class ContractorCreate(BaseModel):
    """unit_id: who looks after the contractor."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    unit_id: Id
    contact: MaybeLine


class ContractorEdit(ContractorCreate):
    """active: false once the contractor works here no more."""

    active: bool


class Contractor(BaseModel):
    """A company that works here."""

    id: str
    name: str
    unit_id: str
    contact: str
    active: bool

    @classmethod
    def of(cls, row: ContractorRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class Contractors(BaseModel):
    """By name."""

    items: list[Contractor]

"""The organisation as a tree, its people and contractors."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, Path, Table, Text

ROOT = "site"
"""Id of the unit at the top; the migration makes it."""


class UnitRow(Table):
    """A part of the organisation.

    kind: one of hazards.site.tree.UnitKind. path: the ids from the top down to this one, as
    `/site/workshop-1/team-a/`; what begins with it is the sub-tree. position: order among its
    siblings.
    """

    __tablename__ = "units"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ID, ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Path, unique=True)
    position: Mapped[int]


class ContractorRow(Table):
    """A company that works here. unit_id: who looks after it."""

    __tablename__ = "contractors"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    unit_id: Mapped[str] = mapped_column(ID, ForeignKey("units.id"), index=True)
    contact: Mapped[str] = mapped_column(Text)
    active: Mapped[bool]


class PersonRow(Table):
    """number: staff number, unique. post: what the person does. contractor_id: the employer, None
    for own staff."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[str] = mapped_column(ID, ForeignKey("units.id"), index=True)
    post: Mapped[str] = mapped_column(Text)
    contractor_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contractors.id"), index=True)
    active: Mapped[bool]

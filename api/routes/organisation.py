"""The organisation: its tree, people and contractors."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from api.caller import Caller, Known, needs
from api.context import Here
from api.etags import Expected, tagged
from api.once import Once
from api.schemas.organisation import (
    Contractor,
    ContractorCreate,
    ContractorEdit,
    Contractors,
    People,
    Person,
    PersonCreate,
    PersonEdit,
    Unit,
    UnitCreate,
    UnitEdit,
    Units,
)
from api.schemas.page import After, Limit, place_of
from api.schemas.shapes import MaybeLine, PathId
from hazards.access.roles import Capability
from hazards.site import people, tree

router = APIRouter(tags=["organisation"])
Watching = Annotated[Caller, needs(Capability.WATCH)]
Editing = Annotated[Caller, needs(Capability.EDIT_PEOPLE)]


@router.get("/api/v1/units", summary="The organisation")
def list_units(_caller: Known, context: Here) -> Units:
    """Everybody who is signed in may know its names."""
    with context.database.read() as session:
        return Units(items=[Unit.of(row) for row in tree.tree(session)])


@router.post("/api/v1/units", status_code=201, summary="Add a unit")
def create_unit(body: UnitCreate, caller: Editing, once: Once) -> Unit:
    """After its siblings. 409 conflict where the id is taken or the tree too deep."""

    def make(session: Session) -> Unit:
        caller.require(session, body.parent_id)
        return Unit.of(
            tree.create_unit(
                session, parent_id=body.parent_id, kind=body.kind, name=body.name, id=body.id
            )
        )

    return once.answer(caller, body, Unit, make)


@router.get("/api/v1/units/{id}", summary="One unit")
def read_unit(id: PathId, _caller: Known, context: Here, response: Response) -> Unit:
    """404 not_found."""
    with context.database.read() as session:
        return tagged(response, Unit.of(tree.unit(session, id)))


@router.put("/api/v1/units/{id}", summary="Rename or move a unit")
def edit_unit(
    id: PathId, body: UnitEdit, caller: Editing, expected: Expected, response: Response
) -> Unit:
    """All below it moves along. 409 conflict where it would stand below itself."""
    with caller.begin() as session:
        row = tree.unit(session, id, lock=True)
        caller.require(session, id)
        expected.check(Unit.of(row))
        if body.parent_id is not None and body.parent_id != row.parent_id:
            caller.require(session, body.parent_id)
            tree.move_unit(session, id, parent_id=body.parent_id)
        row = tree.rename_unit(session, id, name=body.name, kind=body.kind)
        return tagged(response, Unit.of(row))


@router.delete("/api/v1/units/{id}", status_code=204, summary="Delete an empty unit")
def delete_unit(id: PathId, caller: Editing) -> None:
    """409 conflict while anything is in it."""
    with caller.begin() as session:
        tree.unit(session, id)
        caller.require(session, id)
        tree.delete_unit(session, id)


@router.get("/api/v1/people", summary="People, by staff number")
def list_people(
    caller: Watching,
    context: Here,
    *,
    search: Annotated[MaybeLine, Query()] = "",
    active: bool | None = None,
    after: After = None,
    limit: Limit = 50,
) -> People:
    """Of the caller's part of the site. search: part of a name or number."""
    place = place_of(after, str)
    with context.database.read() as session:
        rows = people.people(
            session,
            paths=caller.paths,
            search=search,
            active=active,
            after=place[0] if place else None,
            limit=limit + 1,
        )
        return People.of([Person.of(row) for row in rows], [(row.number,) for row in rows], limit)


@router.post("/api/v1/people", status_code=201, summary="Add a person")
def create_person(body: PersonCreate, caller: Editing, once: Once) -> Person:
    """409 conflict where the staff number is taken."""

    def make(session: Session) -> Person:
        caller.require(session, body.unit_id)
        return Person.of(people.create_person(session, **dict(body)))

    return once.answer(caller, body, Person, make)


@router.get("/api/v1/people/{id}", summary="One person")
def read_person(id: PathId, caller: Watching, context: Here, response: Response) -> Person:
    """404 not_found."""
    with context.database.read() as session:
        row = people.person(session, id)
        caller.require(session, row.unit_id)
        return tagged(response, Person.of(row))


@router.put("/api/v1/people/{id}", summary="Change a person")
def edit_person(
    id: PathId, body: PersonEdit, caller: Editing, expected: Expected, response: Response
) -> Person:
    """Who has left is not active any more and keeps the account of points; the user is switched off
    and signed out, and stays off until somebody switches it on. 409 conflict for the last
    administrator."""
    with caller.begin() as session:
        row = people.person(session, id, lock=True)
        caller.require(session, row.unit_id)
        caller.require(session, body.unit_id)
        expected.check(Person.of(row))
        return tagged(response, Person.of(people.edit_person(session, id, **dict(body))))


@router.get("/api/v1/contractors", summary="Contractors")
def list_contractors(caller: Watching, context: Here) -> Contractors:
    """Of the caller's part of the site, by name."""
    with context.database.read() as session:
        rows = people.contractors(session, paths=caller.paths)
        return Contractors(items=[Contractor.of(row) for row in rows])


@router.post("/api/v1/contractors", status_code=201, summary="Add a contractor")
def create_contractor(body: ContractorCreate, caller: Editing, once: Once) -> Contractor:
    """409 conflict where the name is taken."""

    def make(session: Session) -> Contractor:
        caller.require(session, body.unit_id)
        return Contractor.of(people.create_contractor(session, **dict(body)))

    return once.answer(caller, body, Contractor, make)


@router.get("/api/v1/contractors/{id}", summary="One contractor")
def read_contractor(id: PathId, caller: Watching, context: Here, response: Response) -> Contractor:
    """404 not_found."""
    with context.database.read() as session:
        row = people.contractor(session, id)
        caller.require(session, row.unit_id)
        return tagged(response, Contractor.of(row))


@router.put("/api/v1/contractors/{id}", summary="Change a contractor")
def edit_contractor(
    id: PathId, body: ContractorEdit, caller: Editing, expected: Expected, response: Response
) -> Contractor:
    """409 conflict where the name is taken."""
    with caller.begin() as session:
        row = people.contractor(session, id, lock=True)
        caller.require(session, row.unit_id)
        caller.require(session, body.unit_id)
        expected.check(Contractor.of(row))
        return tagged(response, Contractor.of(people.edit_contractor(session, id, **dict(body))))

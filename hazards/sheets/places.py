"""Units in a sheet: by id, or by a name that only one unit has."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from hazards.sheets.workbook import Line, Mistakes
from hazards.site.people_tables import UnitRow
from hazards.site.tree import tree


class Places:
    """All units, and those in which the caller may change something. paths: of the latter."""

    def __init__(self, session: Session, paths: Sequence[str]) -> None:
        self.units = {unit.id: unit for unit in tree(session)}
        names = Counter(unit.name for unit in self.units.values())
        self._named = {u.name: u for u in self.units.values() if names[u.name] == 1}
        self._paths = tuple(paths)

    def shown(self, unit_id: str) -> str:
        """How a sheet names a unit."""
        name = self.units[unit_id].name
        return name if name in self._named and name not in self.units else unit_id

    def open_to_caller(self, unit_id: str) -> bool:
        """Whether the caller may change what is in the unit."""
        return self.units[unit_id].path.startswith(self._paths)

    def find(self, line: Line, key: str, mistakes: Mistakes) -> UnitRow | None:
        """The unit of a cell; None, with a mistake noted, where there is none for the caller."""
        text = line.cells[key]
        unit = self.units.get(text) or self._named.get(text)
        if unit is None:
            mistakes.add(line, key, f"there is no single unit '{text}': write its id")
        elif not self.open_to_caller(unit.id):
            mistakes.add(line, key, f"you may not change anything in '{text}'")
            return None
        return unit

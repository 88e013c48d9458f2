/** The organisation as lists: names with their depth, and the way down to a unit. */
import type { Unit } from "../api/admin";
import type { Choice } from "../components/choice";

export const depthOf = (unit: Unit) => unit.path.split("/").length - 3;

/** Every unit, indented by its depth; without those in or below `except`. */
export function unitChoices(units: readonly Unit[], except?: Unit): Choice<string>[] {
  return inTreeOrder(units)
    .filter((unit) => except === undefined || !unit.path.startsWith(except.path))
    .map((unit) => ({ value: unit.id, label: "\u3000".repeat(depthOf(unit)) + unit.name }));
}

/** Each unit after the one above it, brothers and sisters in their own order. */
export function inTreeOrder(units: readonly Unit[]): Unit[] {
  const below = new Map<string | null, Unit[]>();
  const known = new Set(units.map((unit) => unit.id));
  for (const unit of units) {
    const parent = unit.parent_id !== null && known.has(unit.parent_id) ? unit.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), unit]);
  }
  const walk = (parent: string | null): Unit[] =>
    (below.get(parent) ?? [])
      .sort((a, b) => a.position - b.position || a.path.localeCompare(b.path))
      .flatMap((unit) => [unit, ...walk(unit.id)]);
  return walk(null);
}

export const nameOf = (units: readonly Unit[], id: string) =>
  units.find((unit) => unit.id === id)?.name ?? id;

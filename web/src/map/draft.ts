/** A risk unit while it is edited. */
import type { Method, RiskUnit, RiskUnitWrite } from "../api/risk";

export const FACTORS: Record<Method, Record<string, readonly number[]>> = {
  lec: {
    likelihood: [0.1, 0.2, 0.5, 1, 3, 6, 10],
    exposure: [0.5, 1, 2, 3, 6, 10],
    consequence: [1, 3, 7, 15, 40, 100],
  },
  matrix: { likelihood: [1, 2, 3, 4, 5], severity: [1, 2, 3, 4, 5] },
};
export const CONTROLS = ["engineering", "management", "training", "protective", "emergency"] as const;
export const UNIT_KINDS = ["area", "equipment", "activity"] as const;

export function emptyUnit(planId: string, unitId: string, name: string): RiskUnitWrite {
  return {
    unit_id: unitId,
    name,
    kind: "area",
    plan_id: planId,
    polygon: [],
    owner_id: null,
    method: "lec",
    factors: { likelihood: 1, exposure: 1, consequence: 1 },
    controls: {},
  };
}

export function writable(unit: RiskUnit): RiskUnitWrite {
  const { unit_id, name, kind, plan_id, polygon, method, factors, controls } = unit;
  return structuredClone({
    unit_id, name, kind, plan_id, polygon, owner_id: unit.owner?.id ?? null, method, factors, controls,
  });
}

/** The factors that a method wants, at their smallest where they are not given. */
export function factorsFor(method: Method, given: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(FACTORS[method]).map(([name, values]) => {
      const value = given[name];
      return [name, value !== undefined && values.includes(value) ? value : (values[0] ?? 1)];
    }),
  );
}

export function scoreOf(draft: RiskUnitWrite): number {
  return Object.values(draft.factors).reduce((product, value) => product * value, 1);
}

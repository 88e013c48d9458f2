/** Calls of the four-colour map, its plans and risk units. */
import { request } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type FloorPlan = Schemas["FloorPlan"];
export type Grade = Schemas["Grade"];
export type MapUnit = Schemas["MapUnit"];
export type MapCamera = Schemas["MapCamera"];
export type PlanMap = Schemas["PlanMap"];
export type Reason = Schemas["Reason"];
export type RiskUnit = Schemas["RiskUnit"];
export type RiskUnitWrite = Schemas["RiskUnitWrite"];
export type ColourChange = Schemas["ColourChange"];
export type Method = Schemas["Method"];

const segment = encodeURIComponent;
const unitPath = (id: string) => `/api/v1/risk-units/${segment(id)}`;

export const listPlans = async () =>
  (await request<Schemas["FloorPlans"]>("GET", "/api/v1/plans")).items;
export function sendPlan(file: File, unitId: string, name: string, page: number) {
  const query = new URLSearchParams({ unit_id: unitId, name, page: String(page) });
  return request<FloorPlan>("POST", `/api/v1/plans?${query.toString()}`, file);
}
const seen = (version: string) => ({ "If-Match": `"${version}"` });
export const setScale = (plan: FloorPlan, metresPerPx: number) =>
  request<FloorPlan>(
    "PUT",
    `/api/v1/plans/${segment(plan.id)}/scale`,
    { metres_per_px: metresPerPx },
    seen(plan.version),
  );
export const readMap = (id: string) => request<PlanMap>("GET", `/api/v1/plans/${segment(id)}/map`);
export const readRiskUnit = (id: string) => request<RiskUnit>("GET", unitPath(id));
export const createRiskUnit = (unit: RiskUnitWrite) =>
  request<RiskUnit>("POST", "/api/v1/risk-units", unit);
export const replaceRiskUnit = (id: string, unit: RiskUnitWrite, version: string) =>
  request<RiskUnit>("PUT", unitPath(id), unit, seen(version));
export const retireRiskUnit = (id: string) => request<void>("DELETE", unitPath(id));
export const approveRiskUnit = (unit: RiskUnit) =>
  request<RiskUnit>("POST", `${unitPath(unit.id)}/approval`, undefined, seen(unit.version));
export const layGrid = (cell: RiskUnitWrite, rows: number, columns: number) =>
  request<Schemas["MapUnits"]>("POST", "/api/v1/risk-units/grid", { cell, rows, columns, owners: {} });
export const readHistory = async (id: string) =>
  (await request<Schemas["ColourHistory"]>("GET", `${unitPath(id)}/history?limit=20`)).items;

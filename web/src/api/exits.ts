/** Calls of pictures of free exits, and of what became of the time of the rules. */
import { request } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Reference = Schemas["Reference"];
export type References = Schemas["References"];
export type Coverage = Schemas["Coverage"];
export type Step = "approval" | "rejection" | "retirement";

const segment = encodeURIComponent;
const place = (camera: string, exit: string) =>
  `/api/v1/cameras/${segment(camera)}/exits/${segment(exit)}/references`;

export const listReferences = (camera: string, exit: string) =>
  request<References>("GET", place(camera, exit));
export const captureReference = (camera: string, exit: string) =>
  request<null>("POST", place(camera, exit));
export const decideReference = (camera: string, exit: string, name: string, step: Step, version: number) =>
  request<References>("POST", `${place(camera, exit)}/${segment(name)}/${step}`, undefined, {
    "If-Match": `"${version}"`,
  });
export const readCoverage = () => request<Coverage[]>("GET", "/api/v1/coverage");

/** Every call of the HTTP contract that the pages use. */
import { request, retagged } from "./client";
import type {
  Camera,
  CameraView,
  CameraWrite,
  EvidenceBoxes,
  Hazard,
  HazardKind,
  HazardPage,
  Session,
  SourceReport,
  SystemInfo,
} from "./types";

const segment = encodeURIComponent;

export const readSignInWays = () => request<{ provider: boolean }>("GET", "/api/v1/oidc");
export const readSession = () => request<Session>("GET", "/api/v1/session");
export const signIn = (username: string, password: string) =>
  request<Session>("POST", "/api/v1/session", { username, password });
export const signOut = () => request<void>("DELETE", "/api/v1/session");
export const changePassword = (current: string, next: string) =>
  request<void>("POST", "/api/v1/session/password", { current, new: next });

export const readSystem = () => request<SystemInfo>("GET", "/api/v1/system");

export const listCameras = async () =>
  (await request<{ items: Camera[] }>("GET", "/api/v1/cameras")).items;
export const readCamera = (id: string) => request<Camera>("GET", `/api/v1/cameras/${segment(id)}`);
export const createCamera = (camera: CameraWrite) =>
  request<Camera>("POST", "/api/v1/cameras", camera);
export const replaceCamera = (id: string, camera: CameraWrite, version: string) =>
  request<Camera>("PUT", `/api/v1/cameras/${segment(id)}`, camera, { "If-Match": `"${version}"` });
export const deleteCamera = (id: string) =>
  request<void>("DELETE", `/api/v1/cameras/${segment(id)}`);
/** What the camera shows from now on is what it is known to show. */
export const relearnCamera = (id: string) =>
  request<void>("POST", `/api/v1/cameras/${segment(id)}/relearn`);
const viewPath = (id: string) => `/api/v1/cameras/${segment(id)}/view`;
const versionIn = (tag: string) => tag.replace(/^W\/|"/g, "");
/** The camera's version afterwards. */
export const layCamera = async (id: string, view: CameraView, version: string) =>
  versionIn(await retagged("PUT", viewPath(id), `"${version}"`, view));
export const liftCamera = async (id: string, version: string) =>
  versionIn(await retagged("DELETE", viewPath(id), `"${version}"`));
export const testSource = (source: string, cameraId: string | null) =>
  request<SourceReport>(
    "POST",
    "/api/v1/sources/test",
    cameraId === null ? { source } : { source, camera_id: cameraId },
  );
export const stillUrl = (cameraId: string) => `/api/v1/cameras/${segment(cameraId)}/still`;

export interface HazardQuery {
  camera_id: string;
  kind: HazardKind | "";
  open: "" | "true" | "false";
}

export function listHazards(query: HazardQuery, before: string | null, limit = 50) {
  const parameters = new URLSearchParams({ limit: String(limit) });
  if (query.camera_id !== "") parameters.set("camera_id", query.camera_id);
  if (query.kind !== "") parameters.set("kind", query.kind);
  if (query.open !== "") parameters.set("open", query.open);
  if (before !== null) parameters.set("before", before);
  return request<HazardPage>("GET", `/api/v1/hazards?${parameters.toString()}`);
}
export const readHazard = (id: string) => request<Hazard>("GET", `/api/v1/hazards/${segment(id)}`);
export const acknowledgeHazard = (id: string) =>
  request<Hazard>("POST", `/api/v1/hazards/${segment(id)}/acknowledge`);
export const readEvidenceBoxes = (url: string) => request<EvidenceBoxes>("GET", url);

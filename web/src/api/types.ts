/** The service's shapes, by the names that the pages use. Generated: see schema.d.ts. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type SystemInfo = Schemas["System"];
export type ProblemDetails = Schemas["ProblemDetails"];
export type FieldProblem = Schemas["FieldError"];

export type Camera = Schemas["Camera"];
export type CameraWrite = Schemas["CameraWrite"];
export type CameraEvent = Schemas["CameraEvent"];
export type CameraState = Schemas["CameraState"];
export type Status = Schemas["Status"];
export type SourceReport = Schemas["SourceReport"];
export type Zone = Schemas["Zone"];
export type ZoneKind = Schemas["ZoneKind"];
export type Point = Zone["polygon"][number];

export type Hazard = Schemas["Hazard"];
export type HazardPage = Schemas["Hazards"];
export type HazardKind = Schemas["ViolationKind"];
export type Evidence = Schemas["Evidence"];
export type EvidenceBoxes = Schemas["EvidenceBoxes"];
export type JudgedPicture = Schemas["JudgedPicture"];
export type Box = Schemas["Box"];
export type BoxLabel = Box["label"];
export type Xyxy = Box["xyxy"];

export type LiveInit = Schemas["LiveInit"];
export type LiveTracks = Schemas["LiveTracks"];
export type LiveMessage =
  | LiveInit
  | LiveTracks
  | Schemas["LiveStatus"]
  | Schemas["LiveStill"];

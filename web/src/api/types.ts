/** The service's shapes, by the names that the pages use. Generated: see schema.d.ts. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type SystemInfo = Schemas["System"];
export type ProblemDetails = Schemas["ProblemDetails"];
export type FieldProblem = Schemas["FieldError"];

export type Camera = Schemas["Camera"];
export type CameraView = Schemas["CameraView"];
export type CameraWrite = Schemas["CameraWrite"];
export type CameraEvent = Schemas["CameraEvent"];
export type CameraState = Schemas["CameraState"];
export type ViewState = Schemas["ViewState"];
export type Status = Schemas["Status"];
export type SourceReport = Schemas["SourceReport"];
export type Zone = Schemas["Zone"];
export type ZoneKind = Schemas["ZoneKind"];
export type Point = Zone["polygon"][number];

export type Hazard = Schemas["Hazard"];
export type HazardPage = Schemas["Hazards"];
export type BlockedWidth = Schemas["BlockedWidth"];
export type HazardKind = Schemas["HazardKind"];
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

export type Ticket = Schemas["Ticket"];
export type TicketSummary = Schemas["TicketSummary"];
export type TicketList = Schemas["Tickets"];
export type TicketCounts = Schemas["TicketCounts"];
export type TicketState = Schemas["State"];
export type TicketStepName = Schemas["Step"];
export type TicketTier = Schemas["Tier"];
export type TicketStep = Schemas["TicketStep"];
export type TicketPlan = Schemas["TicketPlan"];
export type TicketTransition = Schemas["Transition"];
export type TicketEvent = Schemas["TicketEvent"];
export type ColourEvent = Schemas["ColourEvent"];
export type TicketRules = Schemas["TicketRules"];
export type Ladder = Schemas["Ladder"];

export type Dismissal = Schemas["Dismissal"];
export type Verdict = Schemas["Verdict"];
export type ReviewQueue = Schemas["ReviewQueue"];
export type SubjectChoice = Schemas["SubjectChoice"];
export type Quality = Schemas["Quality"];

export type Photo = Schemas["Photo"];
export type ReportForm = Schemas["ReportForm"];
export type ReportWrite = Schemas["ReportWrite"];

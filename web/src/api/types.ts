/** The shapes of the service's answers. */

export type Role = string;
export interface Session {
  username: string;
  display_name: string;
  role: Role;
  csrf_token: string;
}

export interface ProblemNote {
  code: string;
  detail: string;
}

export interface ModelInfo {
  name: string;
  version: string;
  sha256: string;
  classes: string[];
}

export interface SystemInfo {
  version: string;
  time_zone: string;
  model: ModelInfo | null;
  problems: ProblemNote[];
  spool_waiting: number;
  started_at: number;
}

export type CameraState = "connecting" | "live" | "stalled" | "frozen" | "refused" | "off";

export interface Status {
  state: CameraState;
  code: string;
  reason: string;
  since: number;
  last_picture_at: number;
  codec: string;
  mime: string;
  width: number;
  height: number;
  fps: number;
}

export type ZoneKind = "helmet" | "restricted" | "exit";
export type Point = [number, number];

export interface Zone {
  id: string;
  name: string;
  kind: ZoneKind;
  polygon: Point[];
  dwell_s: number;
  schedule: string;
}

export interface CameraWrite {
  id: string;
  name: string;
  source: string;
  enabled: boolean;
  zones: Zone[];
}

export interface Camera extends CameraWrite {
  status: Status;
}

export interface SourceTest {
  codec: string;
  mime: string;
  playable: boolean;
  width: number;
  height: number;
  fps: number;
  still: string;
}

export type HazardKind = "missing_helmet" | "restricted_zone" | "blocked_exit";

export interface Evidence {
  id: string;
  kind: "clip" | "snapshot";
  url: string | null;
  boxes_url: string | null;
  sha256: string;
  size: number;
  mime: string;
  started_at: number;
  duration_s: number;
  problem: string;
}

export interface Hazard {
  id: string;
  kind: HazardKind;
  rule: string;
  camera_id: string;
  camera_name: string;
  zone_id: string;
  zone_name: string;
  track_ids: number[];
  started_at: number;
  last_seen_at: number;
  ended: boolean;
  confidence: number;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  evidence: Evidence[];
}

export type BoxLabel = "person" | "head" | "helmet";
export type Xyxy = [number, number, number, number];

export interface Box {
  label: BoxLabel;
  track_id: number;
  xyxy: Xyxy;
  confidence: number;
  alarm: boolean;
}

export interface BoxFrame {
  timestamp: number;
  boxes: Box[];
}

export interface EvidenceBoxes {
  camera_id: string;
  frames: BoxFrame[];
}

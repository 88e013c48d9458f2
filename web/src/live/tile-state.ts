/** What a tile says about itself: a picture that stands must never look alive. */
import type { CameraState } from "../api/types";

export type TileState =
  | "live"
  | "starting"
  | "quiet"
  | "lost"
  | Exclude<CameraState, "live">;

export interface TileFacts {
  connected: boolean;
  camera: CameraState | null;
  /** Seconds since the last fragment or still came, Infinity before the first. */
  sinceData: number;
  /** Seconds since the shown picture last changed, Infinity before the first. */
  sincePicture: number;
  /** Seconds without news after which the picture counts as standing. */
  quietAfter: number;
}

export function tileState(facts: TileFacts): TileState {
  if (!facts.connected) return facts.sinceData < facts.quietAfter ? "live" : "lost";
  if (facts.camera !== null && facts.camera !== "live") return facts.camera;
  const standing = Math.max(facts.sinceData, facts.sincePicture);
  if (standing === Infinity) return "starting";
  return standing > facts.quietAfter ? "quiet" : "live";
}

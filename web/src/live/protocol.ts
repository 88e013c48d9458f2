/** The messages of the live socket. */
import type { LiveMessage } from "../api/types";

export type BinaryKind = "init" | "fragment" | "still";

export interface BinaryMessage {
  kind: BinaryKind;
  payload: Uint8Array<ArrayBuffer>;
}

const TEXT_TYPES = new Set(["init", "tracks", "status", "still"]);
const BINARY_KINDS: Record<number, BinaryKind> = { 1: "init", 2: "fragment", 3: "still" };

/** null for a message that this page does not know; a newer service may send some. */
export function readText(text: string): LiveMessage | null {
  const message = JSON.parse(text) as { type?: string };
  return TEXT_TYPES.has(message.type ?? "") ? (message as LiveMessage) : null;
}

/** null for an empty or unknown message. */
export function readBinary(data: ArrayBuffer): BinaryMessage | null {
  const kind = BINARY_KINDS[new Uint8Array(data, 0, Math.min(1, data.byteLength))[0] ?? 0];
  return kind === undefined ? null : { kind, payload: new Uint8Array(data, 1) };
}

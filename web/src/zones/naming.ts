/** Ids of cameras and zones, as core/site.py accepts them. */
import type { ZoneKind } from "../api/types";

const ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const DEFAULT_DWELL_S: Record<ZoneKind, number> = { helmet: 0, restricted: 1, exit: 60 };

export function isId(text: string): boolean {
  return ID.test(text);
}

/** An id from a name where its letters allow it, else the stem; numbered until it is free. */
export function suggestId(name: string, stem: string, taken: readonly string[]): string {
  const letters = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50);
  const plain = letters === "" || /^\d+$/.test(letters) ? `${stem}-1` : letters;
  if (!taken.includes(plain)) return plain;
  const base = plain.replace(/-\d+$/, "");
  for (let number = 2; ; number += 1) {
    const candidate = `${base}-${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

/** The service's clock as this page knows it. */
import { readonly, ref } from "vue";

const offsetS = ref(0);
const seconds = ref(Date.now() / 1000);

/**
 * How far the service's clock is ahead of ours, seconds.
 *
 * The Date header counts whole seconds, so anything under 1.5 s is taken as none: on one machine,
 * and where both sides use NTP, the picture's age then stays exact.
 */
export function clockOffset(header: string, nowMs: number): number {
  const told = Date.parse(header);
  if (!Number.isFinite(told)) return 0;
  const offset = (told + 500 - nowMs) / 1000;
  return Math.abs(offset) < 1.5 ? 0 : offset;
}

export function noteServerDate(header: string): void {
  offsetS.value = clockOffset(header, Date.now());
}

/** UTC seconds by the service's clock. */
export function serverNow(): number {
  return Date.now() / 1000 + offsetS.value;
}

/** Ticks once a second; everything that shows an age reads it. */
export const now = readonly(seconds);

setInterval(() => {
  seconds.value = serverNow();
}, 1000);

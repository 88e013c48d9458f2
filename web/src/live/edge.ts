/** How close to the newest picture a tile plays. */

export interface EdgeStep {
  /** Media seconds to jump to, null to stay. */
  seekTo: number | null;
  rate: number;
}

const JUMP_BEHIND_S = 3;
const MARGIN_S = 0.25;
const QUIET_S = 3;
const LONGEST_GAP_S = 8;
const USUAL_WAIT_FOR_BOXES_S = 0.8;
const LONGEST_WAIT_FOR_BOXES_S = 1.2;

/**
 * Learns how often fragments come, so that a camera with rare fragments does not stutter, and how
 * late boxes come, so that they are there when their picture is shown.
 */
export class FragmentPace {
  private gap = 0;
  private lastAt: number | null = null;
  private boxesWait = USUAL_WAIT_FOR_BOXES_S;
  private judgedAt: number | null = null;

  /** at: seconds of arrival on any steady clock. */
  arrived(at: number): void {
    if (this.lastAt !== null) {
      const gap = Math.min(at - this.lastAt, LONGEST_GAP_S);
      this.gap = Math.max(gap, this.gap * 0.9 + gap * 0.1);
    }
    this.lastAt = at;
  }

  /** timestamp: UTC seconds of a judged picture. latency: seconds until its boxes were known. */
  judged(timestamp: number, latency: number): void {
    const gap = this.judgedAt === null ? 0 : Math.max(0, timestamp - this.judgedAt);
    const wait = Math.min(latency + gap, LONGEST_WAIT_FOR_BOXES_S);
    this.boxesWait = Math.max(wait, this.boxesWait * 0.9 + wait * 0.1);
    this.judgedAt = timestamp;
  }

  /** Seconds to stay behind the newest picture. */
  get target(): number {
    return Math.max(this.gap + MARGIN_S, this.boxesWait);
  }

  /** Seconds without a fragment after which the picture must not look alive. */
  get quiet(): number {
    return Math.max(QUIET_S, this.gap * 2);
  }
}

/**
 * What to do at a media time.
 *
 * ranges: buffered [start, end] pairs in order. Behind by more than the target the playback runs a
 * little faster, far behind or inside a hole it jumps.
 */
export function stepToEdge(
  position: number,
  ranges: readonly (readonly [number, number])[],
  target: number,
): EdgeStep {
  const newest = ranges.at(-1);
  if (newest === undefined) return { seekTo: null, rate: 1 };
  const [start, end] = newest;
  const behind = end - position;
  const goal = Math.max(start, end - target);
  if (position < start || position > end || behind > target + JUMP_BEHIND_S) {
    return { seekTo: goal, rate: 1 };
  }
  if (behind > target + 1) return { seekTo: null, rate: 1.25 };
  if (behind > target + 0.3) return { seekTo: null, rate: 1.08 };
  if (behind < target - 0.3) return { seekTo: null, rate: 0.9 };
  return { seekTo: null, rate: 1 };
}

/** The queue of cases, and the place in it. */
import { computed, ref, shallowRef } from "vue";
import { asProblem, type Problem } from "../api/client";
import { giveSecondVerdict, giveVerdict, readReviewQueue, readSecondQueue } from "../api/review-calls";
import type { Dismissal, Hazard, Verdict } from "../api/types";

export type Round = "first" | "second";

/** So many cases are left before more are read. */
const AHEAD = 5;

export function useQueue() {
  const round = ref<Round>("first");
  const cases = shallowRef<Hazard[]>([]);
  const index = ref(0);
  const next = ref<string | null>(null);
  const waiting = ref(0);
  const read = ref(false);
  const busy = ref(false);
  const problem = ref<Problem | null>(null);
  let turn = 0;

  const current = computed(() => cases.value[index.value] ?? null);

  async function load(): Promise<void> {
    const mine = (turn += 1);
    try {
      const second = round.value === "second";
      const page = second ? null : await readReviewQueue(null);
      const items = page?.items ?? (await readSecondQueue());
      if (mine !== turn) return;
      cases.value = items;
      next.value = page?.next ?? null;
      waiting.value = page?.waiting ?? items.length;
      index.value = 0;
      problem.value = null;
      read.value = true;
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error);
    }
  }

  async function readOn(): Promise<void> {
    if (next.value === null || cases.value.length - index.value > AHEAD) return;
    const mine = turn;
    const page = await readReviewQueue(next.value);
    if (mine !== turn) return;
    const known = new Set(cases.value.map((one) => one.id));
    cases.value = [...cases.value, ...page.items.filter((one) => !known.has(one.id))];
    next.value = page.next;
    waiting.value = page.waiting;
  }

  function move(by: number): void {
    index.value = Math.min(Math.max(index.value + by, 0), Math.max(cases.value.length - 1, 0));
    readOn().catch((error: unknown) => (problem.value = asProblem(error)));
  }

  function leave(id: string): void {
    cases.value = cases.value.filter((one) => one.id !== id);
    waiting.value = Math.max(waiting.value - 1, 0);
    move(0);
  }

  /** Gives the verdict on the case that is shown; true where it was taken. */
  async function judge(verdict: Verdict, dismissal: Dismissal | null, note: string): Promise<boolean> {
    const hazard = current.value;
    if (hazard === null || busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      if (round.value === "second") await giveSecondVerdict(hazard.id, verdict, dismissal);
      else await giveVerdict(hazard.id, verdict, dismissal, note);
      leave(hazard.id);
      return true;
    } catch (error) {
      problem.value = asProblem(error);
      // Somebody else was faster: the case is not ours any more.
      if (problem.value.code === "wrong_transition") leave(hazard.id);
      return false;
    } finally {
      busy.value = false;
    }
  }

  function put(hazard: Hazard): void {
    cases.value = cases.value.map((one) => (one.id === hazard.id ? hazard : one));
  }

  /** What arrives while the page is open: new cases on top, judged ones away. */
  function take(hazard: Hazard): void {
    if (round.value !== "first" || !read.value || busy.value) return;
    const known = cases.value.some((one) => one.id === hazard.id);
    if (known && hazard.judgement !== null) leave(hazard.id);
    else if (known) put(hazard);
    else if (hazard.judgement === null) {
      const shown = current.value?.id;
      cases.value = [hazard, ...cases.value];
      waiting.value += 1;
      if (shown !== undefined) index.value += 1;
    }
  }

  return { round, cases, index, waiting, read, busy, problem, current, load, move, judge, put, take };
}

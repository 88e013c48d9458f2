/** What every page knows of the site: system, cameras, newest alarms, kept up by events. */
import { computed, reactive, ref } from "vue";
import * as calls from "../api/calls";
import type { Camera, ColourEvent, Hazard, SystemInfo, TicketEvent } from "../api/types";
import { sortNewest } from "../hazards/order";
import { serverNow } from "../time/clock";
import { type EventReader, EventStream } from "./events";
import { alarmSound } from "./sound";

const KEPT_ALARMS = 60;
const FRESH_S = 300;

export const system = ref<SystemInfo | null>(null);
export const cameras = ref<Camera[]>([]);
export const camerasRead = ref(false);
export const timeZone = computed(() => system.value?.time_zone ?? "");

const alarms = reactive(new Map<string, Hazard>());
export const newestAlarms = computed(() => sortNewest([...alarms.values()]));
export const unacknowledged = computed(() =>
  newestAlarms.value.filter((hazard) => hazard.acknowledged_at === null),
);

const olderExist = ref(false);
/** How many wait; `30+` where older ones that were not read may wait too. */
export const waitingCount = computed(() => {
  const mayMiss = olderExist.value && newestAlarms.value.at(-1)?.acknowledged_at === null;
  return `${unacknowledged.value.length}${mayMiss ? "+" : ""}`;
});

const listeners = new Set<(hazard: Hazard | null) => void>();

/** Calls back with each changed hazard, with null when lists must be read again. */
export function onHazard(listener: (hazard: Hazard | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const ticketListeners = new Set<(event: TicketEvent | null) => void>();

/** Calls back with each changed ticket, with null when lists must be read again. */
export function onTicket(listener: (event: TicketEvent | null) => void): () => void {
  ticketListeners.add(listener);
  return () => ticketListeners.delete(listener);
}

const colourListeners = new Set<(event: ColourEvent | null) => void>();

/** Calls back with each risk unit whose colour changed, with null when maps must be read again. */
export function onColour(listener: (event: ColourEvent | null) => void): () => void {
  colourListeners.add(listener);
  return () => colourListeners.delete(listener);
}

/** Cameras with a hazard that goes on. */
export const alarmingCameras = computed(
  () => new Set(newestAlarms.value.filter((one) => !one.ended).map((one) => one.camera_id)),
);

function keep(hazard: Hazard): void {
  const isNew = !alarms.has(hazard.id);
  alarms.set(hazard.id, hazard);
  const fresh = serverNow() - hazard.started_at < FRESH_S;
  if (isNew && fresh && hazard.acknowledged_at === null) alarmSound.ring();
  for (const old of newestAlarms.value.slice(KEPT_ALARMS)) if (old.ended) alarms.delete(old.id);
}

export async function acknowledge(id: string): Promise<void> {
  const hazard = await calls.acknowledgeHazard(id);
  keep(hazard);
  for (const listener of listeners) listener(hazard);
}

export async function reloadCameras(): Promise<void> {
  cameras.value = await calls.listCameras();
  camerasRead.value = true;
}

/** The newest, and all that go on: an exit may be blocked since yesterday. */
async function reloadAlarms(): Promise<void> {
  const all = { camera_id: "", kind: "", open: "" } as const;
  const [newest, open] = await Promise.all([
    calls.listHazards(all, null, 30),
    calls.listHazards({ ...all, open: "true" }, null, 100),
  ]);
  olderExist.value = newest.next !== null;
  const going = new Set(open.items.map((hazard) => hazard.id));
  for (const known of alarms.values()) {
    if (!known.ended && !going.has(known.id)) alarms.delete(known.id);
  }
  for (const hazard of [...newest.items, ...open.items]) keep(hazard);
}

const reader: EventReader = {
  hazard(hazard) {
    keep(hazard);
    for (const listener of listeners) listener(hazard);
  },
  camera({ id, status }) {
    const camera = cameras.value.find((one) => one.id === id);
    if (camera === undefined) void reloadCameras().catch(() => undefined);
    else camera.status = status;
  },
  ticket(event) {
    for (const listener of ticketListeners) listener(event);
  },
  colour(event) {
    for (const listener of colourListeners) listener(event);
  },
  system(next) {
    system.value = next;
  },
  opened() {
    void Promise.allSettled([calls.readSystem().then(reader.system), reloadCameras(), reloadAlarms()]);
    for (const listener of listeners) listener(null);
    for (const listener of ticketListeners) listener(null);
    for (const listener of colourListeners) listener(null);
  },
};

let stream: EventStream | null = null;

export function openSite(): void {
  stream ??= new EventStream(reader);
}

export function closeSite(): void {
  stream?.close();
  stream = null;
  alarms.clear();
  cameras.value = [];
  camerasRead.value = false;
  system.value = null;
}

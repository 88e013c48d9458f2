/** The service's event stream: opens, reconnects, and says when lists must be read again. */
import { ref } from "vue";
import { readSystem } from "../api/calls";
import { asProblem } from "../api/client";
import type { CameraEvent, ColourEvent, Hazard, SystemInfo, TicketEvent } from "../api/types";
import { Backoff } from "../live/backoff";

export interface EventReader {
  hazard(hazard: Hazard): void;
  camera(event: CameraEvent): void;
  ticket(event: TicketEvent): void;
  colour(event: ColourEvent): void;
  system(system: SystemInfo): void;
  /** The stream is open, for the first time or again: what was missed must be read. */
  opened(): void;
}

/** The stream's comments do not reach a page, so a cut cable is found by asking. */
const PULSE_MS = 15_000;

export const connected = ref(true);

export class EventStream {
  private source: EventSource | null = null;
  private readonly backoff = new Backoff(500, 10_000);
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly pulse: ReturnType<typeof setInterval>;

  constructor(private readonly reader: EventReader) {
    this.pulse = setInterval(() => void this.check(), PULSE_MS);
    this.open();
  }

  close(): void {
    clearInterval(this.pulse);
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
    connected.value = true;
  }

  private open(): void {
    const source = new EventSource("/api/v1/events");
    this.source = source;
    source.onopen = () => {
      this.backoff.reset();
      connected.value = true;
      this.reader.opened();
    };
    source.onerror = () => this.reopen();
    source.addEventListener("hazard", (event) => this.reader.hazard(JSON.parse(event.data)));
    source.addEventListener("camera", (event) => this.reader.camera(JSON.parse(event.data)));
    source.addEventListener("ticket", (event) => this.reader.ticket(JSON.parse(event.data)));
    source.addEventListener("colour", (event) => this.reader.colour(JSON.parse(event.data)));
    source.addEventListener("system", (event) => this.reader.system(JSON.parse(event.data)));
  }

  private reopen(): void {
    this.source?.close();
    connected.value = false;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), this.backoff.nextMs());
  }

  private async check(): Promise<void> {
    const asked = this.source;
    try {
      this.reader.system(await readSystem());
    } catch (error) {
      const alive = asProblem(error).status !== 0;
      if (!alive && asked === this.source && connected.value) this.reopen();
    }
  }
}

/** Feeds one <video> with fMP4 fragments through Media Source Extensions. */
import { type EdgeStep, FragmentPace, stepToEdge } from "./edge";

const KEEP_S = 20;
const TRIM_EVERY_S = 5;
const QUEUE_LIMIT = 120;

interface MediaSourceClass {
  new (): MediaSource;
  isTypeSupported(mime: string): boolean;
}

function mediaSourceClass(): MediaSourceClass | null {
  const scope = globalThis as { ManagedMediaSource?: MediaSourceClass; MediaSource?: MediaSourceClass };
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null;
}

/** Whether this browser plays a mime such as `video/mp4; codecs="avc1.64001f"`. */
export function canPlay(mime: string): boolean {
  return mime !== "" && (mediaSourceClass()?.isTypeSupported(mime) ?? false);
}

export class MediaFeed {
  readonly pace = new FragmentPace();
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private address = "";
  private mime = "";
  private epoch = NaN;
  private queue: Uint8Array<ArrayBuffer>[] = [];
  private trimmedTo = 0;

  /** broken: called when the element or buffer gave up and a fresh start is needed. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly broken: (detail: string) => void,
  ) {}

  /** A new init segment. The same time line goes on in the same buffer. */
  begin(mime: string, epoch: number, init: Uint8Array<ArrayBuffer>): void {
    const goesOn = this.buffer !== null && epoch === this.epoch && this.source?.readyState === "open";
    if (!goesOn) this.open(mime, epoch);
    else if (mime !== this.mime) this.changeType(mime, epoch);
    this.queue.push(init);
    this.pump();
  }

  append(fragment: Uint8Array<ArrayBuffer>): void {
    this.pace.arrived(performance.now() / 1000);
    if (this.queue.length >= QUEUE_LIMIT) {
      this.broken("the browser does not keep up");
      return;
    }
    this.queue.push(fragment);
    this.pump();
  }

  /** UTC seconds of a media time of the element. */
  utcOf(mediaTime: number): number {
    return this.epoch + mediaTime;
  }

  close(): void {
    this.queue = [];
    this.buffer = null;
    this.source = null;
    this.epoch = NaN;
    this.trimmedTo = 0;
    if (this.address === "") return;
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.address);
    this.address = "";
  }

  private open(mime: string, epoch: number): void {
    this.close();
    const Source = mediaSourceClass();
    if (Source === null) return;
    const source = new Source();
    this.source = source;
    this.mime = mime;
    this.epoch = epoch;
    this.address = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => this.attach(source), { once: true });
    this.video.disableRemotePlayback = true;
    this.video.src = this.address;
  }

  private attach(source: MediaSource): void {
    if (source !== this.source) return;
    const buffer = source.addSourceBuffer(this.mime);
    buffer.addEventListener("updateend", () => {
      if (buffer !== this.buffer) return;
      this.follow();
      this.pump();
    });
    buffer.addEventListener("error", () => this.broken("the fragment could not be read"));
    this.buffer = buffer;
    this.pump();
  }

  private changeType(mime: string, epoch: number): void {
    if (this.buffer?.updating === false && "changeType" in this.buffer) {
      this.buffer.changeType(mime);
      this.mime = mime;
    } else {
      this.open(mime, epoch);
    }
  }

  private pump(): void {
    const buffer = this.buffer;
    if (buffer === null || buffer.updating || this.source?.readyState !== "open") return;
    if (this.trim(buffer)) return;
    const next = this.queue.shift();
    if (next === undefined) return;
    try {
      buffer.appendBuffer(next);
    } catch (error) {
      this.broken(error instanceof Error ? error.message : "the fragment was refused");
    }
  }

  private trim(buffer: SourceBuffer): boolean {
    const until = this.video.currentTime - KEEP_S;
    if (until < this.trimmedTo + TRIM_EVERY_S || buffer.buffered.length === 0) return false;
    this.trimmedTo = until;
    if (buffer.buffered.start(0) >= until) return false;
    buffer.remove(0, until);
    return true;
  }

  private follow(): void {
    const step: EdgeStep = stepToEdge(this.video.currentTime, this.ranges(), this.pace.target);
    if (step.seekTo !== null) this.video.currentTime = step.seekTo;
    if (this.video.playbackRate !== step.rate) this.video.playbackRate = step.rate;
    if (this.video.paused) void this.video.play().catch(() => undefined);
  }

  private ranges(): [number, number][] {
    const buffered = this.video.buffered;
    return Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
  }
}

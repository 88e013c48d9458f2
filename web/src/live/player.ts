/** One camera's live picture: one socket, connected while it is looked at. */
import type { LiveInit, LiveTracks, Status } from "../api/types";
import { Backoff } from "./backoff";
import { canPlay, MediaFeed } from "./media-feed";
import { readBinary, readText } from "./protocol";
import { watchShown } from "./shown";

export interface LiveListener {
  status(status: Status): void;
  tracks(message: LiveTracks): void;
  /** A JPEG and its UTC seconds, where the codec cannot be played. */
  still(picture: Blob, timestamp: number): void;
  connection(open: boolean): void;
  /** A new stream begins; mode says where its pictures come from. */
  begins(init: LiveInit, mode: "video" | "stills"): void;
  signedOut(): void;
}

const CLOSE_NOT_SIGNED_IN = 4401;
/** Asks for single pictures instead of a stream that this browser cannot play. */
const WANTS_STILLS = "stills";

export class LivePlayer {
  readonly feed: MediaFeed;
  /** performance.now() of the last fragment or still, -Infinity before the first. */
  lastDataAt = -Infinity;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly backoff = new Backoff();
  private readonly unwatch: () => void;
  private init: LiveInit | null = null;
  private stillAt = 0;

  constructor(
    private readonly cameraId: string,
    video: HTMLVideoElement,
    place: Element,
    private readonly listener: LiveListener,
  ) {
    this.feed = new MediaFeed(video, () => this.restart());
    video.addEventListener("error", this.onVideoError);
    this.unwatch = watchShown(place, (shown) => this.look(shown));
  }

  close(): void {
    this.unwatch();
    this.disconnect();
  }

  /** Connects now, without waiting for the next attempt. */
  restart(): void {
    this.disconnect();
    this.timer = setTimeout(() => this.connect(), this.backoff.nextMs());
  }

  private readonly onVideoError = (): void => {
    if (this.socket !== null) this.restart();
  };

  private look(shown: boolean): void {
    this.lastDataAt = -Infinity;
    if (shown) this.connect();
    else this.disconnect();
  }

  private connect(): void {
    clearTimeout(this.timer);
    if (this.socket !== null) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = `/api/v1/cameras/${encodeURIComponent(this.cameraId)}/live`;
    const socket = new WebSocket(`${scheme}://${location.host}${path}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.listener.connection(true);
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.socket) this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      if (event.code === CLOSE_NOT_SIGNED_IN) this.listener.signedOut();
      this.restart();
    };
    this.socket = socket;
  }

  private disconnect(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.init = null;
    socket?.close();
    this.listener.connection(false);
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data === "string") this.receiveText(data);
    else this.receiveBinary(data);
  }

  private receiveText(text: string): void {
    const message = readText(text);
    if (message === null) return;
    if (message.type === "status") this.listener.status(message.status);
    else if (message.type === "tracks") this.receiveTracks(message);
    else if (message.type === "still") this.stillAt = message.timestamp;
    else {
      this.init = message;
      const plays = canPlay(message.mime);
      if (!plays) this.socket?.send(WANTS_STILLS);
      this.listener.begins(message, plays ? "video" : "stills");
    }
  }

  private receiveTracks(message: LiveTracks): void {
    if (message.boxes.length > 0) this.feed.pace.judged(message.timestamp, message.latency_s);
    this.listener.tracks(message);
  }

  private receiveBinary(data: ArrayBuffer): void {
    const message = readBinary(data);
    if (message === null) return;
    if (message.kind === "still") {
      this.arrived();
      this.listener.still(new Blob([message.payload], { type: "image/jpeg" }), this.stillAt);
      return;
    }
    if (this.init === null || !canPlay(this.init.mime)) return;
    if (message.kind === "init") {
      this.feed.begin(this.init.mime, this.init.epoch, message.payload);
    } else {
      this.arrived();
      this.feed.append(message.payload);
    }
  }

  private arrived(): void {
    this.lastDataAt = performance.now();
    this.backoff.reset();
  }
}

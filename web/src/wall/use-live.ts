/** A LivePlayer bound to one tile: its facts as refs, its overlay painted with each picture. */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, type Ref } from "vue";
import type { Box, LiveTracks, Status } from "../api/types";
import { LivePlayer } from "../live/player";
import { tileState } from "../live/tile-state";
import { TrackHistory } from "../live/tracks";
import { watchPictures } from "../overlay/frame-clock";
import { dropSession } from "../state/session";
import { serverNow } from "../time/clock";

const CHECK_MS = 500;

export interface LivePlaces {
  video: Ref<HTMLVideoElement | null>;
  root: Ref<HTMLElement | null>;
}

export type PaintPicture = (boxes: readonly Box[], utc: number) => void;

export function useLive(cameraId: string, places: LivePlaces, paint: PaintPicture) {
  const status = shallowRef<Status | null>(null);
  const connected = ref(false);
  const mode = ref<"video" | "stills">("video");
  const still = ref("");
  const pictureAt = ref(0);
  const sinceData = ref(Infinity);
  const sincePicture = ref(Infinity);
  const quietAfter = ref(3);
  const history = new TrackHistory();
  let player: LivePlayer | null = null;
  let shownAt = -Infinity;
  let stopPictures: () => void = () => undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  const state = computed(() =>
    tileState({
      connected: connected.value,
      camera: status.value?.state ?? null,
      sinceData: sinceData.value,
      sincePicture: sincePicture.value,
      quietAfter: quietAfter.value,
    }),
  );
  const latency = ref(0);

  function showPicture(utc: number): void {
    if (!Number.isFinite(utc)) return;
    shownAt = performance.now();
    pictureAt.value = utc;
    repaint();
  }

  function repaint(): void {
    paint(history.at(pictureAt.value), pictureAt.value);
  }

  /** Painted once the picture is loaded, and again when its boxes come after it. */
  function showStill(picture: Blob, timestamp: number): void {
    if (still.value !== "") URL.revokeObjectURL(still.value);
    still.value = URL.createObjectURL(picture);
    shownAt = performance.now();
    pictureAt.value = timestamp;
  }

  function keepTracks(message: LiveTracks): void {
    history.add(message);
    if (mode.value === "stills") repaint();
  }

  function check(): void {
    if (player === null) return;
    const at = performance.now();
    sinceData.value = (at - player.lastDataAt) / 1000;
    sincePicture.value = (at - shownAt) / 1000;
    quietAfter.value = player.feed.pace.quiet;
    latency.value = Math.max(0, serverNow() - pictureAt.value);
    if (state.value !== "live") paint([], pictureAt.value);
  }

  onMounted(() => {
    const { video, root } = { video: places.video.value, root: places.root.value };
    if (video === null || root === null) return;
    player = new LivePlayer(cameraId, video, root, {
      status: (next) => (status.value = next),
      tracks: keepTracks,
      still: showStill,
      connection(open) {
        connected.value = open;
        shownAt = -Infinity;
      },
      begins: (_init, next) => (mode.value = next),
      signedOut: dropSession,
    });
    const { feed } = player;
    stopPictures = watchPictures(video, (mediaTime) => showPicture(feed.utcOf(mediaTime)));
    timer = setInterval(check, CHECK_MS);
  });

  onBeforeUnmount(() => {
    clearInterval(timer);
    stopPictures();
    player?.close();
    player?.feed.close();
    if (still.value !== "") URL.revokeObjectURL(still.value);
  });

  return { status, state, mode, still, pictureAt, latency, repaint };
}

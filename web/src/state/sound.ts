/** The alarm tone. Browsers stay silent until somebody has clicked on the page. */
import { ref } from "vue";
import { preferences } from "./preferences";

const TONES: readonly [startS: number, hertz: number][] = [
  [0, 988],
  [0.18, 740],
  [0.36, 988],
];
const TONE_S = 0.14;
const QUIET_MS = 1500;

class AlarmSound {
  /** False until the browser lets the page make sound. */
  readonly allowed = ref(false);
  private context: AudioContext | null = null;
  private lastRing = -Infinity;

  /** To be called from a click or key press. */
  async unlock(): Promise<void> {
    this.context ??= new AudioContext();
    await this.context.resume();
    this.allowed.value = this.context.state === "running";
  }

  /** Unlocks with the first click or key anywhere. */
  unlockByGesture(): void {
    const first = (): void => {
      void this.unlock();
      removeEventListener("pointerdown", first);
      removeEventListener("keydown", first);
    };
    addEventListener("pointerdown", first);
    addEventListener("keydown", first);
  }

  ring(): void {
    const context = this.context;
    const at = performance.now();
    if (!preferences.sound || context?.state !== "running" || at - this.lastRing < QUIET_MS) return;
    this.lastRing = at;
    for (const [start, hertz] of TONES) playTone(context, context.currentTime + start, hertz);
  }
}

function playTone(context: AudioContext, at: number, hertz: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.35, at + 0.01);
  volume.gain.linearRampToValueAtTime(0, at + TONE_S);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + TONE_S);
}

export const alarmSound = new AlarmSound();

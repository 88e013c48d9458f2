/** What the canvas draws: a zone of a camera, or a risk unit of a plan. Edited in place. */
import type { Point } from "../api/types";
import type { Stroke } from "../overlay/paint";

export interface Outline {
  id: string;
  polygon: Point[];
  stroke: Stroke;
  /** Over which people come in: empty, or its two ends; the inside is on the right. */
  line?: Point[];
}

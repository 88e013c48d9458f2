/** Boxes and zones on a canvas. Kinds differ by line and by text, never by colour alone. */
import type { Box, BoxLabel, Point, ZoneKind } from "../api/types";
import type { View } from "./fit";

export interface PaintedZone {
  name: string;
  kind: ZoneKind;
  polygon: readonly Point[];
}

export type BoxNames = Record<BoxLabel, string>;

export interface Stroke {
  color: string;
  dash: number[];
}

const ALARM = "#ff3b41";
const BOX_STROKES: Record<BoxLabel, Stroke> = {
  person: { color: "#d9e6ec", dash: [] },
  head: { color: "#ffb020", dash: [] },
  helmet: { color: "#4fd1c5", dash: [4, 3] },
};
export const ZONE_STROKES: Record<ZoneKind, Stroke> = {
  restricted: { color: "#ff5a5f", dash: [] },
  exit: { color: "#35c46a", dash: [10, 5] },
  helmet: { color: "#5aa9ff", dash: [2, 4] },
};
const FONT = '"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif';

/** Lines and letters grow with the picture, so that a 4K wall reads like a small one. */
function scaleOf(view: View): number {
  return Math.min(Math.max(view.width / 800, 0.9), 2.2);
}

/** Makes the canvas as sharp as the screen; returns its context in CSS pixels, cleared. */
export function prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

export function paintZones(
  context: CanvasRenderingContext2D,
  zones: readonly PaintedZone[],
  view: View,
): void {
  for (const zone of zones) {
    const first = zone.polygon[0];
    if (first === undefined) continue;
    const { color, dash } = ZONE_STROKES[zone.kind];
    context.save();
    tracePolygon(context, zone.polygon, view);
    context.globalAlpha = 0.09;
    context.fillStyle = color;
    context.fill();
    if (zone.kind === "restricted") hatch(context, color, view);
    context.restore();
    tracePolygon(context, zone.polygon, view);
    context.setLineDash(dash);
    context.lineWidth = 1.5 * scaleOf(view);
    context.strokeStyle = color;
    context.stroke();
    context.setLineDash([]);
    if (view.width >= 360) paintZoneName(context, zone, color, view);
  }
}

export function paintBoxes(
  context: CanvasRenderingContext2D,
  boxes: readonly Box[],
  names: BoxNames,
  view: View,
): void {
  // A person is named at the feet, so that the words do not cover those of the head.
  const ordered = [...boxes].sort((a, b) => Number(a.alarm) - Number(b.alarm));
  for (const box of ordered) {
    const { color, dash } = BOX_STROKES[box.label];
    const [x1, y1, x2, y2] = box.xyxy;
    const left = view.left + x1 * view.width;
    const top = view.top + y1 * view.height;
    const width = (x2 - x1) * view.width;
    const height = (y2 - y1) * view.height;
    context.setLineDash(box.alarm ? [] : dash);
    context.lineWidth = (box.alarm ? 3.5 : 1.5) * scaleOf(view);
    context.strokeStyle = box.alarm ? ALARM : color;
    context.strokeRect(left, top, width, height);
    context.setLineDash([]);
    if (box.alarm || view.width >= 480 || box.label === "head") {
      const text = box.alarm ? `! ${names[box.label]}` : names[box.label];
      const edge = box.label === "person" ? top + height : top;
      paintTag(context, text, left, edge, box.alarm ? ALARM : color, box.alarm, view);
    }
  }
}

function tracePolygon(
  context: CanvasRenderingContext2D,
  polygon: readonly Point[],
  view: View,
): void {
  context.beginPath();
  for (const [x, y] of polygon) {
    context.lineTo(view.left + x * view.width, view.top + y * view.height);
  }
  context.closePath();
}

function hatch(context: CanvasRenderingContext2D, color: string, view: View): void {
  context.clip();
  context.globalAlpha = 0.35;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -view.height; x < view.width; x += 12) {
    context.moveTo(view.left + x, view.top + view.height);
    context.lineTo(view.left + x + view.height, view.top);
  }
  context.stroke();
}

function paintZoneName(
  context: CanvasRenderingContext2D,
  zone: PaintedZone,
  color: string,
  view: View,
): void {
  const top = zone.polygon.reduce((best, point) => (point[1] < best[1] ? point : best));
  const x = view.left + top[0] * view.width;
  const y = view.top + top[1] * view.height;
  const size = Math.round(12 * scaleOf(view));
  context.font = `600 ${size}px ${FONT}`;
  const width = context.measureText(zone.name).width + 10;
  const left = Math.min(Math.max(x, view.left), view.left + view.width - width);
  const upper = Math.max(y, view.top);
  context.fillStyle = "rgba(8,12,15,.78)";
  context.fillRect(left, upper, width, size + 6);
  context.fillStyle = color;
  context.fillText(zone.name, left + 5, upper + size + 1);
}

function paintTag(
  context: CanvasRenderingContext2D,
  text: string,
  boxLeft: number,
  edge: number,
  color: string,
  strong: boolean,
  view: View,
): void {
  const size = Math.round((strong ? 13 : 11) * scaleOf(view));
  context.font = `${strong ? 700 : 500} ${size}px ${FONT}`;
  const width = context.measureText(text).width + 8;
  const height = size + 5;
  const left = Math.min(Math.max(boxLeft, view.left), view.left + view.width - width);
  const top = edge - height < view.top ? edge : edge - height;
  context.fillStyle = strong ? color : "rgba(10,14,17,.72)";
  context.fillRect(left, top, width, height);
  context.fillStyle = strong ? "#fff" : color;
  context.fillText(text, left + 4, top + size);
}

/** One way to talk to the service: JSON, the CSRF header, and problems as one kind of error. */

import type { FieldProblem, ProblemDetails } from "./types";

/** What the service refused, or `unreachable` where it did not answer. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    readonly errors: FieldProblem[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail || code);
  }
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

const TIMEOUT_MS = 30_000;
/** A photo over a weak mobile connection. */
const UPLOAD_TIMEOUT_MS = 180_000;

let csrfToken = "";
let signedOut: () => void = () => undefined;
let serverDate: (header: string) => void = () => undefined;

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when a session ended on the other side. */
export function onSignedOut(callback: () => void): void {
  signedOut = callback;
}

/** Called with the Date header of every answer. */
export function onServerDate(callback: (header: string) => void): void {
  serverDate = callback;
}

/** body: an object goes as JSON, a file as it is. */
export async function request<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await answered(method, path, body, headers);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** What was read, with the tag that its edit has to name. */
export interface Tagged<T> {
  body: T;
  tag: string;
}

export async function readTagged<T>(path: string): Promise<Tagged<T>> {
  const response = await answered("GET", path, undefined, {});
  return { body: (await response.json()) as T, tag: response.headers.get("ETag") ?? "" };
}

/** An edit of what was read. Raises Problem `stale` where somebody was faster. */
export const replaceTagged = <T>(path: string, body: unknown, tag: string) =>
  request<T>("PUT", path, body, { "If-Match": tag });

/** An edit that is answered with nothing but the tag of what it left. */
export async function retagged(
  method: "PUT" | "DELETE",
  path: string,
  tag: string,
  body?: unknown,
): Promise<string> {
  const response = await answered(method, path, body, { "If-Match": tag });
  return response.headers.get("ETag") ?? "";
}

async function answered(
  method: Method,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Response> {
  const response = await send(method, path, body, headers);
  const date = response.headers.get("Date");
  if (date !== null) serverDate(date);
  if (!response.ok) throw await toProblem(response, path);
  return response;
}

async function send(
  method: Method,
  path: string,
  body: unknown,
  more: Record<string, string>,
): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: "application/json",
    "Accept-Language": document.documentElement.lang,
    ...more,
  };
  const file = body instanceof Blob;
  if (file) headers["Content-Type"] = body.type || "application/octet-stream";
  else if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  try {
    return await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(file ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS),
      ...(body === undefined ? {} : { body: file ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Problem("unreachable", 0, error instanceof Error ? error.message : "");
  }
}

async function toProblem(response: Response, path: string): Promise<Problem> {
  const body = await readProblem(response);
  const code = body.code ?? (response.status >= 500 ? "internal_error" : "invalid_request");
  if (code === "not_signed_in" && path !== "/api/v1/session") signedOut();
  const wait = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  return new Problem(
    code,
    response.status,
    body.detail ?? body.title ?? response.statusText,
    body.errors ?? [],
    Number.isFinite(wait) ? wait : null,
  );
}

async function readProblem(response: Response): Promise<Partial<ProblemDetails>> {
  try {
    return (await response.json()) as Partial<ProblemDetails>;
  } catch {
    return {};
  }
}

/** Any thrown value as a Problem, so that pages show one kind. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("page_error", 0, error instanceof Error ? error.message : String(error));
}

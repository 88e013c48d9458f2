/** Who is signed in. */
import { ref } from "vue";
import * as calls from "../api/calls";
import { onSignedOut, Problem, setCsrfToken } from "../api/client";
import type { Session } from "../api/types";

export const session = ref<Session | null>(null);

function take(next: Session | null): void {
  session.value = next;
  setCsrfToken(next?.csrf_token ?? "");
}

let tellKnown: () => void = () => undefined;
/** Resolves once it is clear whether somebody is signed in. */
export const sessionKnown = new Promise<void>((resolve) => (tellKnown = resolve));

/** Takes up the session of the cookie, if there is one. Raises Problem if the service is away. */
export async function restoreSession(): Promise<void> {
  try {
    take(await calls.readSession());
  } catch (error) {
    if (error instanceof Problem && error.status === 401) take(null);
    else throw error;
  }
  tellKnown();
}

export async function signIn(username: string, password: string): Promise<void> {
  take(await calls.signIn(username, password));
}

export async function signOut(): Promise<void> {
  try {
    await calls.signOut();
  } finally {
    take(null);
  }
}

export function dropSession(): void {
  take(null);
}

onSignedOut(dropSession);

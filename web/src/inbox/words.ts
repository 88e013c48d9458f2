/** Messages as sentences: the service keeps their code and values (hazards/notify). */
import { useI18n } from "vue-i18n";
import type { InboxMessage } from "../api/admin";
import { useMoments } from "../i18n/moments";

/** Where it can be dealt with, null for nowhere in particular. */
export function linkOf({ code, details }: InboxMessage): { name: string; params: Record<string, string> } | null {
  if (typeof details.ticket_id === "string") return { name: "ticket", params: { id: details.ticket_id } };
  if (code === "days_running" && typeof details.person_id === "string") {
    return { name: "points", params: { account: `person:${details.person_id}` } };
  }
  if (code === "sudden_rise" && typeof details.unit_id === "string") {
    return { name: "points", params: { account: `team:${details.unit_id}` } };
  }
  return null;
}

type Said = Pick<InboxMessage, "code" | "details">;

export function useMessageWords() {
  const { t, te } = useI18n();
  const { dateTime } = useMoments();

  function value(name: string, raw: unknown): string {
    if ((name === "due_at" || name === "asked_at") && typeof raw === "number") return dateTime(raw);
    if (Array.isArray(raw)) return raw.join(t("inbox.listComma"));
    const text = String(raw ?? "");
    if ((name === "kind" || name === "title") && te(`hazard.kind.${text}`)) return t(`hazard.kind.${text}`);
    if (name === "to") return text === "owner" ? t("admin.ladder.owner") : te(`admin.role.${text}`) ? t(`admin.role.${text}`) : text;
    return text;
  }

  const values = ({ details }: Said) =>
    Object.fromEntries(Object.entries(details).map(([name, raw]) => [name, value(name, raw)]));

  /** A code that this page does not know is shown as it is. */
  const words = (message: Said, part: "title" | "text") =>
    te(`inbox.code.${message.code}.${part}`)
      ? t(`inbox.code.${message.code}.${part}`, values(message))
      : part === "title" ? message.code : "";

  return {
    titleOf: (message: Said) => words(message, "title"),
    textOf: (message: Said) => words(message, "text"),
  };
}

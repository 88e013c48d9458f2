/** What this browser remembers. */
import { reactive, watch } from "vue";
import { LAYOUTS, type Layout } from "../wall/grid";

export type Language = "zh-CN" | "en";
export type Theme = "dark" | "light";

interface Preferences {
  language: Language;
  theme: Theme;
  sound: boolean;
  layout: Layout;
}

const KEY = "anyan.preferences";

export function readPreferences(text: string | null): Preferences {
  const found = parse(text);
  return {
    language: found.language === "en" ? "en" : "zh-CN",
    theme: found.theme === "light" ? "light" : "dark",
    sound: found.sound !== false,
    layout: LAYOUTS.find((layout) => layout === found.layout) ?? "auto",
  };
}

function parse(text: string | null): Partial<Record<keyof Preferences, unknown>> {
  try {
    return (JSON.parse(text ?? "{}") as Partial<Record<keyof Preferences, unknown>> | null) ?? {};
  } catch {
    return {};
  }
}

export const preferences = reactive(readPreferences(globalThis.localStorage?.getItem(KEY) ?? null));

watch(preferences, (value) => localStorage.setItem(KEY, JSON.stringify(value)));

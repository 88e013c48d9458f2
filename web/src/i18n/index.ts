/** The page's languages. */
import { createI18n } from "vue-i18n";
import { watch } from "vue";
import { preferences } from "../state/preferences";
import en from "./en";
import zhCN, { type Messages } from "./zh-CN";

export const i18n = createI18n<[Messages], "zh-CN" | "en", false>({
  legacy: false,
  locale: preferences.language,
  fallbackLocale: "zh-CN",
  messages: { "zh-CN": zhCN, en },
});

watch(
  () => preferences.language,
  (language) => {
    i18n.global.locale.value = language;
    document.documentElement.lang = language;
  },
  { immediate: true },
);

export function otherLanguage(): void {
  preferences.language = preferences.language === "en" ? "zh-CN" : "en";
}

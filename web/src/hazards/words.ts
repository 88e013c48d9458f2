/** What is known of a hazard, in words. */
import { useI18n } from "vue-i18n";
import type { BlockedWidth } from "../api/types";

/** Kinds of hazards, also those that a newer service may know. */
export function useHazardWords() {
  const { t, te } = useI18n();
  return {
    kindText: (kind: string) => (te(`hazard.kind.${kind}`) ? t(`hazard.kind.${kind}`) : kind),
  };
}

/** The taken width of an exit: its share, and metres where the camera's floor is known. */
export function widthText(
  blocked: BlockedWidth,
  t: (key: string, values: Record<string, string>) => string,
): string {
  const { metres, passage_metres: passage } = blocked;
  const share = `${Math.round(blocked.share * 100)} %`;
  if (metres === null || passage === null) return share;
  return t("detail.widthInMetres", { share, metres: metres.toFixed(2), passage: passage.toFixed(2) });
}

/** Kinds of hazards in words, also those that a newer service may know. */
import { useI18n } from "vue-i18n";

export function useHazardWords() {
  const { t, te } = useI18n();
  return {
    kindText: (kind: string) => (te(`hazard.kind.${kind}`) ? t(`hazard.kind.${kind}`) : kind),
  };
}

/** A colour of the map with its words, so that it is never told by colour alone. */
import { useI18n } from "vue-i18n";
import type { Grade, Reason } from "../api/risk";
import { useMoments } from "../i18n/moments";
import { preferences } from "../state/preferences";

export function gradeOf(grades: readonly Grade[], code: string): Grade | null {
  return grades.find((grade) => grade.code === code) ?? null;
}

/** Black or white, whichever reads better on a colour `#rrggbb` (WCAG relative luminance). */
export function inkOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#111" : "#fff";
}

export function useColourWords() {
  const { t, te } = useI18n();
  const { shortDateTime } = useMoments();

  /** `红 重大`. */
  function gradeName(grades: readonly Grade[], code: string): string {
    const grade = gradeOf(grades, code);
    const level = grade === null ? code : preferences.language === "en" ? grade.name_en : grade.name_zh;
    return te(`map.colour.${code}`) ? `${t(`map.colour.${code}`)} ${level}` : level;
  }

  function reasonText(grades: readonly Grade[], { code, values }: Reason): string {
    if (code === "judged") return t("map.reason.judged", { grade: gradeName(grades, String(values.grade)) });
    return t(`map.reason.${code}`, values);
  }

  /** Why, in one sentence; a unit without reasons has the grade it was judged with. */
  function sentence(grades: readonly Grade[], grade: string, since: number, reasons: Reason[]): string {
    const name = gradeName(grades, grade);
    if (reasons.length === 0) return t("map.sentenceInherent", { grade: name });
    const why = reasons.map((reason) => reasonText(grades, reason)).join(t("map.comma"));
    return t("map.sentence", { grade: name, time: shortDateTime(since), why });
  }

  return { gradeName, reasonText, sentence };
}

/** Problems in the user's language. */
import { useI18n } from "vue-i18n";

export interface ProblemText {
  text: string;
  next: string;
  /** The service's sentence, in the page's language; shown beneath, and alone where the code is not known. */
  detail: string;
}

export function useProblemText(): (code: string, detail: string) => ProblemText {
  const { t, te } = useI18n();
  return (code, detail) => {
    const known = te(`problem.${code}.text`);
    const name = known ? code : "error";
    return { text: t(`problem.${name}.text`), next: t(`problem.${name}.next`), detail };
  };
}

/** Ages and times, translated and in the site's time zone. */
import { useI18n } from "vue-i18n";
import { timeZone } from "../state/site";
import { now } from "../time/clock";
import { ago, clockTime, dateTime, shortDateTime } from "../time/format";

export function useMoments() {
  const { t } = useI18n();
  return {
    /** `3 分钟前`; reads the clock, so templates follow it. */
    agoText(utc: number): string {
      const { unit, count } = ago(now.value - utc);
      return t(`ago.${unit}`, { count });
    },
    clock: (utc: number) => clockTime(utc, timeZone.value),
    dateTime: (utc: number) => dateTime(utc, timeZone.value),
    shortDateTime: (utc: number) => shortDateTime(utc, timeZone.value),
  };
}

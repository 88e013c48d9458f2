/** Calls about the review of hazards. */
import { request } from "./client";
import type { Dismissal, Hazard, Quality, ReviewQueue, SubjectChoice, Verdict } from "./types";

const segment = encodeURIComponent;

export function readReviewQueue(before: string | null, limit = 30) {
  const parameters = new URLSearchParams({ limit: String(limit) });
  if (before !== null) parameters.set("before", before);
  return request<ReviewQueue>("GET", `/api/v1/review?${parameters.toString()}`);
}
export const readSecondQueue = async () =>
  (await request<{ items: Hazard[] }>("GET", "/api/v1/review/second?limit=30")).items;
export const giveVerdict = (
  id: string,
  verdict: Verdict,
  dismissal: Dismissal | null,
  note: string,
) =>
  request<Hazard>("POST", `/api/v1/hazards/${segment(id)}/verdict`, { verdict, dismissal, note });
export const giveSecondVerdict = (id: string, verdict: Verdict, dismissal: Dismissal | null) =>
  request<void>("POST", `/api/v1/hazards/${segment(id)}/second-verdict`, { verdict, dismissal });
export const listSubjects = async (search: string) => {
  const query = new URLSearchParams({ search }).toString();
  return (await request<{ items: SubjectChoice[] }>("GET", `/api/v1/review/subjects?${query}`)).items;
};
export const nameSubject = (id: string, subject: Pick<SubjectChoice, "kind" | "id">) =>
  request<Hazard>("PUT", `/api/v1/hazards/${segment(id)}/subject`, {
    kind: subject.kind,
    id: subject.id,
  });
export const readQuality = () => request<Quality>("GET", "/api/v1/review/quality");

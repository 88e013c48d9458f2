/** Calls about tickets, photos and reports. */
import { request } from "./client";
import type {
  Hazard,
  HazardKind,
  Photo,
  ReportForm,
  ReportWrite,
  SubjectChoice,
  Ticket,
  TicketCounts,
  TicketList,
  TicketPlan,
  TicketState,
  TicketStep,
  TicketTier,
} from "./types";

const segment = encodeURIComponent;
const seen = (ticket: { version: number }) => ({ "If-Match": `"${ticket.version}"` });

export interface TicketQuery {
  states: readonly TicketState[];
  tier: TicketTier | "";
  kind: HazardKind | "";
  mine: boolean;
  overdue: boolean;
  supervised: boolean;
}

export function listTickets(query: TicketQuery, before: string | null, limit = 50) {
  const parameters = new URLSearchParams({ limit: String(limit) });
  for (const state of query.states) parameters.append("state", state);
  if (query.tier !== "") parameters.set("tier", query.tier);
  if (query.kind !== "") parameters.set("kind", query.kind);
  if (query.mine) parameters.set("mine", "true");
  if (query.overdue) parameters.set("overdue", "true");
  if (query.supervised) parameters.set("supervised", "true");
  if (before !== null) parameters.set("before", before);
  return request<TicketList>("GET", `/api/v1/tickets?${parameters.toString()}`);
}
export const countTickets = () => request<TicketCounts>("GET", "/api/v1/tickets/counts");
export const readTicket = (id: string) => request<Ticket>("GET", `/api/v1/tickets/${segment(id)}`);
export const openTicket = (hazardId: string, tier: TicketTier) =>
  request<Ticket>("POST", `/api/v1/hazards/${segment(hazardId)}/ticket`, { tier });
export const takeStep = (ticket: Ticket, step: TicketStep) =>
  request<Ticket>("POST", `/api/v1/tickets/${segment(ticket.id)}/steps`, step, seen(ticket));
export const assignTicket = (ticket: Ticket, plan: TicketPlan) =>
  request<Ticket>("POST", `/api/v1/tickets/${segment(ticket.id)}/assign`, plan, seen(ticket));
export const postponeTicket = (ticket: Ticket, dueAt: number, reason: string) =>
  request<Ticket>(
    "POST",
    `/api/v1/tickets/${segment(ticket.id)}/postpone`,
    { due_at: dueAt, reason },
    seen(ticket),
  );
export const listAssignees = async (ticketId: string, search: string) => {
  const query = new URLSearchParams({ search }).toString();
  const path = `/api/v1/tickets/${segment(ticketId)}/assignees?${query}`;
  return (await request<{ items: SubjectChoice[] }>("GET", path)).items;
};

export const sendPhoto = (file: Blob) => request<Photo>("POST", "/api/v1/photos", file);
export const photoUrl = (id: string) => `/api/v1/photos/${segment(id)}`;

export const readReportForm = (code: string) =>
  request<ReportForm>("GET", `/api/v1/report-forms/${segment(code)}`);
/** key: the same key again, after a lost answer, makes no second report. */
export const sendReport = (report: ReportWrite, key: string) =>
  request<Hazard>("POST", "/api/v1/reports", report, { "Idempotency-Key": key });

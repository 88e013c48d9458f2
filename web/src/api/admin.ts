/** Calls of the administration: organisation, people, users, rules, ladder, working time, channels,
 * check lists, points. */
import { readTagged, replaceTagged, request } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Unit = Schemas["Unit"];
export type UnitKind = Schemas["UnitKind"];
export type Person = Schemas["Person"];
export type PersonEdit = Schemas["PersonEdit"];
export type Contractor = Schemas["Contractor"];
export type ContractorEdit = Schemas["ContractorEdit"];
export type User = Schemas["User"];
export type UserEdit = Schemas["UserEdit"];
export type Grant = Schemas["Grant"];
export type Role = Schemas["Role"];
export type TicketRule = Schemas["TicketRule"];
export type Rung = Schemas["Rung"];
export type Shift = Schemas["Shift"];
export type Holiday = Schemas["Holiday"];
export type Channel = Schemas["Channel"];
export type ChannelEdit = Schemas["ChannelEdit"];
export type ChannelMessage = Schemas["ChannelMessage"];
export type CheckLine = Schemas["CheckLine"];
export type PointPolicy = Schemas["PointPolicy"];
export type PolicyBody = Schemas["PolicyBody"];
export type Month = Schemas["Month"];
export type InboxMessage = Schemas["InboxMessage"];
export type Alerts = Schemas["Alerts"];
export type Imported = Schemas["Imported"];
export type SheetName = "people" | "units" | "risks" | "holidays";

const segment = encodeURIComponent;
/** The same form sent twice, after a lost answer, makes one record. */
const create = <T>(path: string, body: unknown) =>
  request<T>("POST", path, body, { "Idempotency-Key": crypto.randomUUID() });

export const listUnits = async () =>
  (await request<Schemas["Units"]>("GET", "/api/v1/units")).items;
export const createUnit = (unit: Schemas["UnitCreate"]) => create<Unit>("/api/v1/units", unit);
export const readUnit = (id: string) => readTagged<Unit>(`/api/v1/units/${segment(id)}`);
export const editUnit = (id: string, unit: Schemas["UnitEdit"], tag: string) =>
  replaceTagged<Unit>(`/api/v1/units/${segment(id)}`, unit, tag);
export const deleteUnit = (id: string) => request<void>("DELETE", `/api/v1/units/${segment(id)}`);

export function listPeople(search: string, active: boolean | null, after: string | null, limit = 50) {
  const query = new URLSearchParams({ search, limit: String(limit) });
  if (active !== null) query.set("active", String(active));
  if (after !== null) query.set("after", after);
  return request<Schemas["People"]>("GET", `/api/v1/people?${query.toString()}`);
}
export const createPerson = (person: Schemas["PersonCreate"]) =>
  create<Person>("/api/v1/people", person);
export const readPerson = (id: string) => readTagged<Person>(`/api/v1/people/${segment(id)}`);
export const editPerson = (id: string, person: PersonEdit, tag: string) =>
  replaceTagged<Person>(`/api/v1/people/${segment(id)}`, person, tag);

export const listContractors = async () =>
  (await request<Schemas["Contractors"]>("GET", "/api/v1/contractors")).items;
export const createContractor = (contractor: Schemas["ContractorCreate"]) =>
  create<Contractor>("/api/v1/contractors", contractor);
export const readContractor = (id: string) =>
  readTagged<Contractor>(`/api/v1/contractors/${segment(id)}`);
export const editContractor = (id: string, contractor: ContractorEdit, tag: string) =>
  replaceTagged<Contractor>(`/api/v1/contractors/${segment(id)}`, contractor, tag);

export function listUsers(search: string, after: string | null) {
  const query = new URLSearchParams({ search });
  if (after !== null) query.set("after", after);
  return request<Schemas["Users"]>("GET", `/api/v1/users?${query.toString()}`);
}
export const createUser = (user: Schemas["UserCreate"]) => create<User>("/api/v1/users", user);
export const readUser = (id: number) => readTagged<User>(`/api/v1/users/${id}`);
export const editUser = (id: number, user: UserEdit, tag: string) =>
  replaceTagged<User>(`/api/v1/users/${id}`, user, tag);
export const setUserPassword = (id: number, password: string) =>
  request<void>("PUT", `/api/v1/users/${id}/password`, { new: password });

const RULES = "/api/v1/ticket-rules";
export const readRules = () => readTagged<Schemas["TicketRules"]>(RULES);
export const replaceRules = (items: TicketRule[], tag: string) =>
  replaceTagged<Schemas["TicketRules"]>(RULES, { items }, tag);
const LADDER = "/api/v1/escalation";
export const readLadder = () => readTagged<Schemas["Ladder"]>(LADDER);
export const replaceLadder = (items: Rung[], tag: string) =>
  replaceTagged<Schemas["Ladder"]>(LADDER, { items }, tag);
const SHIFTS = "/api/v1/shifts";
export const readShifts = () => readTagged<Schemas["Shifts"]>(SHIFTS);
export const replaceShifts = (items: Shift[], tag: string) =>
  replaceTagged<Schemas["Shifts"]>(SHIFTS, { items }, tag);
const HOLIDAYS = "/api/v1/holidays";
export const readHolidays = () => readTagged<Schemas["Holidays"]>(HOLIDAYS);
export const replaceHolidays = (items: Holiday[], tag: string) =>
  replaceTagged<Schemas["Holidays"]>(HOLIDAYS, { items }, tag);

const channelPath = (id: string) => `/api/v1/channels/${segment(id)}`;
export function listChannels(search: string, after: string | null) {
  const query = new URLSearchParams({ search });
  if (after !== null) query.set("after", after);
  return request<Schemas["Channels"]>("GET", `/api/v1/channels?${query.toString()}`);
}
export const createChannel = (channel: Schemas["ChannelCreate"]) =>
  create<Channel>("/api/v1/channels", channel);
export const readChannel = (id: string) => readTagged<Channel>(channelPath(id));
export const editChannel = (id: string, channel: ChannelEdit, tag: string) =>
  replaceTagged<Channel>(channelPath(id), channel, tag);
export const deleteChannel = (id: string) => request<void>("DELETE", channelPath(id));
export const testChannel = (id: string) => create<ChannelMessage>(`${channelPath(id)}/test`, undefined);
export const listChannelMessages = async (id: string) =>
  (await request<Schemas["ChannelMessages"]>("GET", `${channelPath(id)}/messages`)).items;

export const listGrades = async () =>
  (await request<Schemas["Grades"]>("GET", "/api/v1/grades")).items;

export const listRiskUnits = async () =>
  (await request<Schemas["MapUnits"]>("GET", "/api/v1/risk-units")).items;
export const replaceCheckList = (id: string, lines: CheckLine[], version: string) =>
  replaceTagged<Schemas["RiskUnit"]>(
    `/api/v1/risk-units/${segment(id)}/check-list`,
    { lines },
    `"${version}"`,
  );

export const listPolicies = async () =>
  (await request<Schemas["PointPolicies"]>("GET", "/api/v1/point-policies")).items;
export const createPolicy = (policy: Schemas["PolicyWrite"]) =>
  create<PointPolicy>("/api/v1/point-policies", policy);
export const listMonths = async () => (await request<Schemas["Months"]>("GET", "/api/v1/months")).items;
export const closeMonth = (month: string) =>
  request<Month>("POST", `/api/v1/months/${segment(month)}/close`);

export const readInbox = (before: number | null) =>
  request<Schemas["Inbox"]>("GET", `/api/v1/inbox${before === null ? "" : `?before=${before}`}`);
export const listAlerts = () => request<Alerts>("GET", "/api/v1/points/alerts");

export const sheetUrl = (name: SheetName) => `/api/v1/sheets/${name}`;
export const sendSheet = (name: SheetName, file: Blob) =>
  request<Imported>("PUT", sheetUrl(name), file);

/** Calls of the behaviour points. */
import { request } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Account = Schemas["Account"];
export type Statement = Schemas["Statement"];
export type LedgerLine = Schemas["LedgerLine"];
export type Appeal = Schemas["Appeal"];
export type Reward = Schemas["Reward"];
export type RewardWrite = Schemas["RewardWrite"];

const segment = encodeURIComponent;

export const readOwnAccount = () => request<Account>("GET", "/api/v1/points/account");
export const listAccounts = async (search: string, limit = 30) => {
  const query = new URLSearchParams({ search, limit: String(limit) });
  return (await request<Schemas["Accounts"]>("GET", `/api/v1/points/accounts?${query.toString()}`)).items;
};
export function readStatement(account: string, before: number | null) {
  const query = before === null ? "" : `?before=${before}`;
  return request<Statement>("GET", `/api/v1/points/accounts/${segment(account)}/statement${query}`);
}
export const raiseAppeal = (accountId: string, entryKey: string, text: string) =>
  request<Appeal>("POST", "/api/v1/appeals", { account_id: accountId, entry_key: entryKey, text });
export const listAppeals = async (state: "" | "open") =>
  (await request<Schemas["Appeals"]>("GET", `/api/v1/appeals${state === "" ? "" : `?state=${state}`}`)).items;
export const decideAppeal = (id: string, grant: boolean, reason: string) =>
  request<Appeal>("POST", `/api/v1/appeals/${segment(id)}/decision`, { grant, reason });
export const listRewards = async () =>
  (await request<Schemas["Rewards"]>("GET", "/api/v1/rewards")).items;
export const createReward = (reward: RewardWrite) => request<Reward>("POST", "/api/v1/rewards", reward);
export const redeem = (rewardId: string, quarter: string) =>
  request<Schemas["Redeemed"]>(
    "POST",
    "/api/v1/redemptions",
    { reward_id: rewardId, quarter },
    { "Idempotency-Key": crypto.randomUUID() },
  );

import type { Clock } from "../clock.ts";
import type { Settings } from "../settings.ts";
import { makeClient, type PartnerCenterClient } from "./client.ts";
import { makePace, type Pace } from "./pace/pace.ts";
import { makePacedSend } from "./pace/pacedSend.ts";
import { makeSkuCatalogs, type SkuCatalogs } from "./skuCatalogs.ts";
import { makeTransport, type Send } from "./transport.ts";
import { makeUserIds, type UserIds } from "./userIds.ts";

/** Partner Center, called no faster than it allows. */
export interface PartnerCenter {
  readonly client: PartnerCenterClient;
  readonly catalogs: SkuCatalogs;
  readonly userIds: UserIds;
  readonly pace: Pick<Pace, "state" | "report">;
}

export interface PartnerCenterParts {
  readonly settings: Pick<
    Settings,
    | "PARTNER_CENTER_URL"
    | "PARTNER_CENTER_CONNECT_TIMEOUT_SECONDS"
    | "PARTNER_CENTER_TIMEOUT_SECONDS"
    | "PARTNER_CENTER_CONNECTIONS"
    | "PARTNER_CENTER_CALLS_PER_SECOND"
  >;
  readonly clock: Clock;
  /** Wraps every call that goes out, to read along. */
  readonly watch: (send: Send) => Send;
}

/** Opens no connection yet. */
export const makePartnerCenter = ({ settings, clock, watch }: PartnerCenterParts): PartnerCenter => {
  const transport = makeTransport({
    baseUrl: settings.PARTNER_CENTER_URL,
    connectTimeoutMs: settings.PARTNER_CENTER_CONNECT_TIMEOUT_SECONDS * 1000,
    answerTimeoutMs: settings.PARTNER_CENTER_TIMEOUT_SECONDS * 1000,
    connectionsMax: settings.PARTNER_CENTER_CONNECTIONS,
  });
  const pace = makePace({ clock, maxRate: settings.PARTNER_CENTER_CALLS_PER_SECOND });
  const client = makeClient(makePacedSend(watch(transport.send), pace, clock.now), clock.now);
  return { client, catalogs: makeSkuCatalogs(client, clock.now), userIds: makeUserIds(client), pace };
};

import type { Problem } from "../../request/parse.ts";
import type { LicenseRequest } from "../../request/schema.ts";
import { VaultError } from "../../vault/errors.ts";
import type { Sources } from "../source/loadSources.ts";
import { WebError } from "../web/errors.ts";
import type { ReadTicket } from "./readTicket.ts";
import type { TicketDelivery, Verification } from "./verify.ts";

/** What a delivery would come to. */
export interface TicketCheck {
  readonly source: string;
  readonly profile: string;
  readonly signature: Verification | { readonly kind: "outOfReach"; readonly detail: string };
  readonly mapping:
    | { readonly kind: "request"; readonly request: LicenseRequest }
    | { readonly kind: "ignored"; readonly why: string }
    | { readonly kind: "invalid"; readonly problems: readonly Problem[] };
  readonly rejectOnTicket: boolean;
}

/** Tries one delivery out: nothing is noted and nothing is sent. Undefined when there is no such source. */
export type CheckTicket = (sourceName: string, delivery: TicketDelivery) => Promise<TicketCheck | undefined>;

export interface CheckTicketDeps {
  readonly sources: Sources;
  readonly readTicket: ReadTicket;
}

export const makeCheckTicket = ({ sources, readTicket }: CheckTicketDeps): CheckTicket => {
  const verify = async (...args: Parameters<ReadTicket["verify"]>): Promise<TicketCheck["signature"]> => {
    try {
      return await readTicket.verify(...args);
    } catch (error) {
      if (error instanceof VaultError || error instanceof WebError)
        return { kind: "outOfReach", detail: error.message };
      throw error;
    }
  };

  const map = async (...args: Parameters<ReadTicket["map"]>): Promise<TicketCheck["mapping"]> => {
    const mapped = await readTicket.map(...args);
    switch (mapped.kind) {
      case "request":
        return { kind: "request", request: mapped.request };
      case "invalid":
      case "unreadable":
        return { kind: "invalid", problems: mapped.problems };
      case "stopped":
        return { kind: "ignored", why: "the sender says that it has stopped sending" };
      case "ignored":
        return mapped;
      default:
        return mapped satisfies never;
    }
  };

  return async (sourceName, delivery) => {
    const source = sources.get(sourceName);
    if (source === undefined) return undefined;
    const signature = await verify(source, delivery);
    const deliveryId = signature.kind === "verified" ? signature.deliveryId : delivery.header("webhook-id");
    return {
      source: sourceName,
      profile: source.profile.title,
      signature,
      mapping: await map(source, delivery, deliveryId),
      rejectOnTicket: source.rejectOnTicket,
    };
  };
};

import type { Accept, Accepted } from "../../change/accept.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { toRejectedEvent, type RejectedEvent } from "../../message/rejected.ts";
import { isAddressable } from "../../request/isAddressable.ts";
import type { Problem } from "../../request/parse.ts";
import type { TicketRef } from "../../request/ticketRef.ts";
import { within } from "../../wait/within.ts";
import type { Sources } from "../source/loadSources.ts";
import type { Source } from "../source/source.ts";
import type { ReadTicket } from "./readTicket.ts";
import type { TicketDelivery } from "./verify.ts";

/** What became of a delivery that came in. */
export type Received =
  | Accepted
  | { readonly kind: "ignored"; readonly why: string }
  | { readonly kind: "unknownSource" }
  /** Not from who it says, or not of now. */
  | { readonly kind: "unverified" }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
  /** Bad, and the ticket will say so. */
  | { readonly kind: "rejected"; readonly problems: readonly Problem[] }
  /** Our own trouble: the sender is to try again. */
  | { readonly kind: "notNow" };

export interface ReceiveDeps {
  readonly clock: Clock;
  readonly sources: Sources;
  readonly readTicket: ReadTicket;
  readonly accept: Accept;
  /** Publishes that a ticket was turned down; throws when the broker did not say that it has it. */
  readonly publish: (event: RejectedEvent) => Promise<void>;
}

export type Receive = (sourceName: string, delivery: TicketDelivery, log: Log) => Promise<Received>;

/**
 * ConnectWise waits 5 s, the shortest of all; a caller is answered well before. (On callbacks, with a sign-in:
 * https://developer.connectwise.com/Products/Manage/Developer_Guide)
 */
const ANSWER_MS = 2500;

const REUSED: readonly Problem[] = [
  {
    pointer: "/requestId",
    detail: "belongs to another request of this source; give every change an id of its own",
  },
];

export const makeReceive = ({ clock, sources, readTicket, accept, publish }: ReceiveDeps): Receive => {
  const refuse = async (
    source: Source,
    { body }: TicketDelivery,
    problems: readonly Problem[],
    ticket: TicketRef | undefined,
    log: Log,
  ): Promise<Received> => {
    log("ticket.rejected", {
      source: source.name,
      ticket: ticket?.id,
      problems: problems.length,
      first: problems[0]?.pointer,
    });
    // Without a ticket there is nobody to tell, nor with an id that no address can hold
    if (!source.rejectOnTicket || ticket === undefined || !isAddressable(ticket.id))
      return { kind: "invalid", problems };
    await publish(toRejectedEvent(ticket, problems, body, new Date(clock.now()).toISOString()));
    return { kind: "rejected", problems };
  };

  const take = async (source: Source, delivery: TicketDelivery, log: Log): Promise<Received> => {
    const { name } = source;
    const verification = await readTicket.verify(source, delivery);
    if (verification.kind !== "verified") {
      log("ticket.unverified", { source: name, problem: verification.problem, detail: verification.detail });
      return { kind: "unverified" };
    }
    const asked = await readTicket.map(source, delivery, verification.deliveryId);
    switch (asked.kind) {
      case "stopped":
        log("ticket.senderStopped", { source: name });
        return { kind: "ignored", why: "the sender says that it has stopped sending" };
      case "ignored":
        log("ticket.ignored", { source: name });
        return asked;
      case "unreadable":
        return refuse(source, delivery, asked.problems, undefined, log);
      case "invalid":
        return refuse(source, delivery, asked.problems, asked.ticket, log);
      case "request": {
        const accepted = await accept(asked.request, `ticket/${name}`, log);
        return accepted.kind === "reused" && source.rejectOnTicket
          ? refuse(source, delivery, REUSED, asked.ticket, log)
          : accepted;
      }
      default:
        return asked satisfies never;
    }
  };

  return async (sourceName, delivery, log) => {
    const source = sources.get(sourceName);
    if (source === undefined) return { kind: "unknownSource" };
    const notNow = (why: string): Received => {
      log("ticket.notNow", { source: sourceName, why });
      return { kind: "notNow" };
    };
    try {
      const taking = take(source, delivery, log);
      // Whatever it comes to after that: the sender comes again, and finds it done
      taking.catch(() => undefined);
      return (await within(clock, ANSWER_MS, taking)) ?? notNow("it took too long");
    } catch (error) {
      // Any trouble of ours: an answer that loses the event must never be given
      return notNow(error instanceof Error ? error.message : "unknown");
    }
  };
};

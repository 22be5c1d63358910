import type { Settle } from "../../change/settle.ts";
import type { Clock } from "../../clock.ts";
import { toRefusal } from "../../ledger/entry/end.ts";
import { noteCallback } from "../../ledger/entry/notified.ts";
import { closePoison } from "../../ledger/entry/poison.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Log } from "../../log.ts";
import type { AnyCause } from "../../outcome/anyCause.ts";
import { brokerCauseOf, invalidMessage } from "../../outcome/brokerCauses.ts";
import { callbackCauses } from "../../outcome/callbackCauses.ts";
import type { Delivery } from "../../outcome/delivery.ts";
import { readForeignJson, type ForeignRead, type Problem } from "../../request/readForeign.ts";
import type { Patiently } from "../../wait/patiently.ts";
import type { Sources } from "../source/loadSources.ts";
import type { Source } from "../source/source.ts";
import {
  callbackKeyOf,
  callbackTargetOf,
  decideCallback,
  TicketEvent,
  type CallbackDecision,
  type CallbackKey,
  type CallbackTarget,
} from "./callback.ts";
import type { CallbacksOff } from "./callbacksOff.ts";
import type { Post } from "./post.ts";

export interface NotifyDeps {
  readonly clock: Clock;
  readonly sources: Sources;
  readonly off: CallbacksOff;
  readonly post: Post;
  readonly ledger: Pick<Ledger, "change">;
  readonly settle: Pick<Settle, "capturedCallback">;
  /** Has the event come again at a time (milliseconds since 1970); throws when the broker did not say that it has it. */
  readonly schedule: (body: Uint8Array, key: CallbackKey, atMs: number) => Promise<void>;
  readonly patiently: Patiently;
  /** Waits between the tries, in seconds. */
  readonly scheduleSeconds: readonly number[];
}

export interface Notify {
  /** Tells a ticket what became of it. Throws when neither that nor its failure can be noted: give the message back. */
  readonly tell: (delivery: Delivery, log: Log) => Promise<void>;
  /** A message that the broker gave up on becomes a poison message. */
  readonly capture: (delivery: Delivery, log: Log) => Promise<void>;
}

type Target = Extract<CallbackTarget, { kind: "url" }>;

/** The event may be anybody's. */
const SOURCE_MAX = 100;

const parse = (body: Uint8Array): ForeignRead<TicketEvent> => readForeignJson(TicketEvent, body);

const sentenceOf = ([first]: readonly Problem[]): string =>
  `it is no event with a ticket: ${first?.pointer || "the body"} ${first?.detail ?? ""}`;

export const makeNotify = (deps: NotifyDeps): Notify => {
  const { clock, sources, off, post, ledger, settle, schedule, patiently, scheduleSeconds } = deps;
  const nowIso = (): string => new Date(clock.now()).toISOString();

  const giveUp = async (
    cause: AnyCause,
    description: string,
    delivery: Delivery,
    key: CallbackKey | undefined,
    log: Log,
  ): Promise<void> => {
    const attempts = key === undefined ? 0 : key.attempt + 1;
    const refusal = toRefusal({ kind: "refused", cause, description, attempts }, nowIso());
    await settle.capturedCallback(
      refusal,
      delivery,
      key === undefined ? undefined : { id: key.poisonId, run: key.run },
      log,
    );
    log("callback.givenUp", { eventId: key?.poisonId, category: cause.category, why: description });
  };

  /** For the record only: a ticket that has been told must not be told again because of it. */
  const note = async (
    event: TicketEvent,
    key: CallbackKey,
    target: Target,
    status: number,
    log: Log,
  ): Promise<void> => {
    const { requestId } = event.data;
    const at = nowIso();
    try {
      if (requestId !== undefined)
        await ledger.change(requestId, (entry) => noteCallback(entry, { at, status, host: target.url.host }));
    } catch (error) {
      log("ledger.failed", { requestId, why: error instanceof Error ? error.message : "unknown" });
    }
    if (key.run === 0) return;
    await patiently(
      "ledger",
      () => ledger.change(key.poisonId, (entry) => closePoison(entry, at, `${target.url.host} has taken it`)),
      log,
    );
  };

  const follow = async (decision: CallbackDecision, told: Told, log: Log): Promise<void> => {
    const { source, target, event, key, delivery } = told;
    const about = { eventId: event.id, source: source.name, host: target.url.host, attempt: key.attempt + 1 };
    switch (decision.kind) {
      case "delivered":
        log("callback.delivered", { ...about, status: decision.status });
        if (key.run > 0) await off.turnOn(source.name, target.url);
        return note(event, key, target, decision.status, log);
      case "again": {
        const { waitMs, why } = decision;
        const next = { ...key, attempt: key.attempt + 1 };
        await patiently("ticket-callbacks", () => schedule(delivery.body, next, clock.now() + waitMs), log);
        log("callback.again", { ...about, why, waitMs });
        return undefined;
      }
      case "gone":
        await patiently("ledger", () => off.turnOff(source.name, target.url, nowIso()), log);
        log("callback.off", { source: source.name, host: target.url.host });
        return giveUp(callbackCauses["callback-gone"], describe(told, decision.why), delivery, key, log);
      case "given up":
        return giveUp(callbackCauses[decision.category], describe(told, decision.why), delivery, key, log);
      default:
        return decision satisfies never;
    }
  };

  /** When nobody can say, it is tried. */
  const isOff = async (source: Source, { url }: Target, log: Log): Promise<boolean> => {
    try {
      return await off.isOff(source.name, url);
    } catch (error) {
      log("ledger.failed", { requestId: undefined, why: error instanceof Error ? error.message : "unknown" });
      return false;
    }
  };

  const tellTarget = async (told: Told, log: Log): Promise<void> => {
    const { source, target, event, key, delivery } = told;
    // A replay is an operator's word that it may be tried
    if (key.run === 0 && (await isOff(source, target, log)))
      return giveUp(
        callbackCauses["callback-off"],
        describe(told, "it answered 410 before"),
        delivery,
        key,
        log,
      );
    const answer = await post(source, target, event);
    return follow(decideCallback(answer, key, scheduleSeconds, clock.random()), told, log);
  };

  return {
    async tell(delivery, log) {
      const read = parse(delivery.body);
      if (!read.ok) return giveUp(invalidMessage, sentenceOf(read.problems), delivery, undefined, log);
      const event = read.value;
      const key = callbackKeyOf(delivery.messageId, event.id);
      const { ticket } = event.data;
      const source = sources.get(ticket.source);
      if (source === undefined) {
        const why = `ticket ${ticket.system}/${ticket.id}: there is no tickets/${ticket.source.slice(0, SOURCE_MAX)}.json`;
        return giveUp(callbackCauses["callback-no-source"], why, delivery, key, log);
      }
      const target = callbackTargetOf(source, ticket);
      if (target.kind === "none") {
        log("callback.none", { eventId: event.id, source: ticket.source });
        return undefined;
      }
      if (target.kind === "notAllowed")
        return giveUp(callbackCauses["callback-blocked"], target.why, delivery, key, log);
      return tellTarget({ source, target, event, key, delivery }, log);
    },
    async capture(delivery, log) {
      const read = parse(delivery.body);
      const key = read.ok ? callbackKeyOf(delivery.messageId, read.value.id) : undefined;
      const { deadLetterReason, deadLetterDescription } = delivery;
      await giveUp(
        brokerCauseOf(deadLetterReason),
        deadLetterDescription ?? deadLetterReason ?? "",
        delivery,
        key,
        log,
      );
    },
  };
};

/** What is told, where, and for the how-manieth time. */
interface Told {
  readonly source: Source;
  readonly target: Target;
  readonly event: TicketEvent;
  readonly key: CallbackKey;
  readonly delivery: Delivery;
}

/** Which ticket, where, and why not: what an operator reads in the list. */
const describe = ({ target, event }: Pick<Told, "target" | "event">, why: string): string => {
  const { system, id } = event.data.ticket;
  return `ticket ${system}/${id}: ${target.url.host}: ${why}`;
};

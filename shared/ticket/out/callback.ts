import { z } from "zod";

import { derivedId } from "../../request/derivedId.ts";
import { isAddressable } from "../../request/isAddressable.ts";
import type { Source } from "../source/source.ts";

/** The ticket in an event, and where it is told of. */
const EventTicket = z.looseObject({
  system: z.string(),
  // It stands in an address
  id: z.string().refine(isAddressable, 'must not be empty, "." or "..", nor contain a lone UTF-16 surrogate'),
  source: z.string(),
  callbackUrl: z.string().optional(),
});
export type EventTicket = z.infer<typeof EventTicket>;

const License = z.looseObject({ skuId: z.string().optional(), sku: z.string().optional() });
const common = {
  ticket: EventTicket,
  requestId: z.string().optional(),
  userId: z.string().optional(),
  licensesToAssign: z.array(License).default([]),
  licensesToRemove: z.array(z.union([z.string(), License])).default([]),
};

/** What the ticket has to be told; other fields of the event go along as they are. */
export const EventData = z.discriminatedUnion("outcome", [
  z.looseObject({
    ...common,
    outcome: z.literal("applied"),
    alreadySo: z.boolean(),
    warnings: z.array(z.looseObject({ message: z.string() })).default([]),
  }),
  z.looseObject({
    ...common,
    outcome: z.literal("refused"),
    category: z.string(),
    owner: z.string(),
    meaning: z.string(),
    remedy: z.string(),
  }),
  z.looseObject({ ...common, outcome: z.literal("parked"), until: z.string() }),
  z.looseObject({ ...common, outcome: z.literal("discarded"), by: z.string(), why: z.string().optional() }),
  z.looseObject({
    ...common,
    outcome: z.literal("rejected"),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  }),
]);
export type EventData = z.infer<typeof EventData>;

/** An event of license-outcomes that has a ticket to be told. */
export const TicketEvent = z.looseObject({
  // It goes out in headers
  id: z.string().regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters"),
  subject: z.string(),
  data: EventData,
});
export type TicketEvent = z.infer<typeof TicketEvent>;

/** Which try of which run a message stands for. */
export interface CallbackKey {
  /** The id of its poison message, should it become one. */
  readonly poisonId: string;
  /** 0 for the first; every replay is one more. */
  readonly run: number;
  readonly attempt: number;
}

const AGAIN = /^(?<poisonId>~[0-9a-f-]{36})~(?<run>\d{1,6})(?:~(?<attempt>\d{1,3}))?$/;

/** The MessageId of a later try: nobody but us makes one like it. */
export const callbackMessageId = ({ poisonId, run, attempt }: CallbackKey): string =>
  `${poisonId}~${run}~${attempt}`;

/** @param eventId the same for the same outcome, so that its callback has one poison message at most */
export const callbackKeyOf = (messageId: string | undefined, eventId: string): CallbackKey => {
  const { poisonId, run = "0", attempt = "0" } = AGAIN.exec(messageId ?? "")?.groups ?? {};
  return {
    poisonId: poisonId ?? `~${derivedId("callback", eventId)}`,
    run: Number(run),
    attempt: Number(attempt),
  };
};

/** Where a ticket is told. */
export type CallbackTarget =
  | {
      readonly kind: "url";
      readonly url: URL;
      /** The origin is the one that the source's own file names: only there goes its Authorization. */
      readonly isOwn: boolean;
    }
  /** The source has no callback. */
  | { readonly kind: "none" }
  | { readonly kind: "notAllowed"; readonly why: string };

const fillIn = (template: string, ticketId: string): URL | null =>
  URL.parse(template.replaceAll("{ticketId}", encodeURIComponent(ticketId)));

const originOf = (template: string): string | undefined => fillIn(template, "1")?.origin;

export const callbackTargetOf = (source: Source, { id, callbackUrl }: EventTicket): CallbackTarget => {
  const own = source.callbackUrl;
  if (callbackUrl !== undefined) {
    const url = URL.parse(callbackUrl);
    if (url === null) return { kind: "notAllowed", why: "the callback address of the request is none" };
    const isOwn = own !== undefined && originOf(own) === url.origin;
    if (isOwn || source.callbackHosts.includes(url.hostname)) return { kind: "url", url, isOwn };
    return {
      kind: "notAllowed",
      why: `callbackHosts of tickets/${source.name}.json does not name "${url.hostname}"`,
    };
  }
  const url = own === undefined ? null : fillIn(own, id);
  return url === null ? { kind: "none" } : { kind: "url", url, isOwn: true };
};

/** How a try ended. */
export type CallbackAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: "blocked" | "failed"; readonly why: string };

/** What follows from it. */
export type CallbackDecision =
  | { readonly kind: "delivered"; readonly status: number }
  | { readonly kind: "again"; readonly waitMs: number; readonly why: string }
  | { readonly kind: "gone"; readonly why: string }
  | {
      readonly kind: "given up";
      readonly category: "callback-failed" | "callback-blocked";
      readonly why: string;
    };

const WAIT_MAX_MS = 24 * 60 * 60 * 1000;
/** Receivers that were away must not all be called at the same moment. */
const JITTER = 0.1;

const waitAfter = (
  { attempt }: CallbackKey,
  scheduleSeconds: readonly number[],
  retryAfterSeconds: number,
  random: number,
): number | undefined => {
  const planned = scheduleSeconds[attempt];
  if (planned === undefined) return undefined;
  const waitMs = planned * 1000 * (1 + JITTER * random);
  return Math.round(Math.min(WAIT_MAX_MS, Math.max(waitMs, retryAfterSeconds * 1000)));
};

/**
 * Standard Webhooks: 2xx is success, 410 means never again, all else comes again by the schedule. A replay is one try:
 * an operator waits for it. Pure.
 * @param scheduleSeconds waits between the tries
 * @param random from 0 up to 1
 */
export const decideCallback = (
  answer: CallbackAnswer,
  key: CallbackKey,
  scheduleSeconds: readonly number[],
  random: number,
): CallbackDecision => {
  if (answer.kind === "blocked") return { kind: "given up", category: "callback-blocked", why: answer.why };
  if (answer.kind === "answered" && answer.status >= 200 && answer.status < 300)
    return { kind: "delivered", status: answer.status };
  if (answer.kind === "answered" && answer.status === 410) return { kind: "gone", why: "it answered 410" };
  const why = answer.kind === "answered" ? `it answered ${answer.status}` : answer.why;
  const retryAfterSeconds = answer.kind === "answered" ? (answer.retryAfterSeconds ?? 0) : 0;
  const waitMs = key.run > 0 ? undefined : waitAfter(key, scheduleSeconds, retryAfterSeconds, random);
  return waitMs === undefined
    ? { kind: "given up", category: "callback-failed", why: `${why}, at try ${key.attempt + 1}` }
    : { kind: "again", waitMs, why };
};

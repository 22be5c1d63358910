import { createHash } from "node:crypto";

import { present } from "../../present.ts";
import { derivedId } from "../../request/derivedId.ts";
import { isGuid } from "../../request/guid.ts";
import { parseRequest, type Problem } from "../../request/parse.ts";
import type { LicenseRequest } from "../../request/schema.ts";
import type { TicketRef } from "../../request/ticketRef.ts";
import type { Source } from "../source/source.ts";
import type { MapField } from "./profiles.ts";

/** What the expressions of a source gave. */
export type MappedValues = Readonly<Partial<Record<MapField, unknown>>>;

/** What a delivery asks for. */
export type Asked =
  | { readonly kind: "request"; readonly request: LicenseRequest; readonly ticket: TicketRef }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[]; readonly ticket: TicketRef }
  /** It is about something else. */
  | { readonly kind: "ignored"; readonly why: string }
  /** The sender says that it has stopped sending. */
  | { readonly kind: "stopped" };

const QUOTED_MAX = 100;
const LISTED_MAX = 50;
/** Longer keys are hashed: with the name of the source in front they have to fit into a requestId. */
const KEY = /^[A-Za-z0-9._:-]{1,69}$/;

/** A template leaves what is not filled in as an empty text. */
const toText = (value: unknown): string | undefined => {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return text === "" ? undefined : text;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const quote = (text: string): string =>
  `"${text
    .slice(0, QUOTED_MAX)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, " ")}${text.length > QUOTED_MAX ? "…" : ""}"`;

interface Wanted {
  readonly sku: string;
  readonly excludedPlans?: unknown;
}

const toWishes = (value: unknown): readonly Wanted[] => {
  if (Array.isArray(value)) return value.flatMap(toWishes);
  if (isRecord(value)) {
    const sku = toText(value["skuId"] ?? value["sku"]);
    const { excludedPlans } = value;
    return sku === undefined ? [] : [{ sku, ...present({ excludedPlans }) }];
  }
  return (toText(value) ?? "").split(/[,;\n]/).flatMap((part) => {
    const sku = part.trim();
    return sku === "" ? [] : [{ sku }];
  });
};

type Table = Readonly<Record<string, string>>;

/** Ids pass; anything else has to stand in the table, in upper or lower case. */
const makeLookUp =
  (table: Table = {}) =>
  (text: string): string | undefined => {
    if (isGuid(text)) return text.toLowerCase();
    const wanted = text.toLowerCase();
    return Object.entries(table).find(([name]) => name.trim().toLowerCase() === wanted)?.[1];
  };

const notInTable = (text: string, what: string, table: "tenants" | "skus", source: string): string =>
  `${quote(text)} is not ${what}, and the table ${table} of tickets/${source}.json does not have it; add it there`;

const toTicket = ({ name, system }: Source, values: MappedValues, key: string): TicketRef => {
  const id = toText(values.ticketId) ?? key;
  const url = toText(values.ticketUrl);
  const callbackUrl = toText(values.callbackUrl);
  return {
    system,
    source: name,
    id,
    ...present({ url, callbackUrl }),
  };
};

/** Milliseconds since 1970 or ISO 8601 → milliseconds; undefined when it is neither. */
const toTimeMs = (value: unknown): number | undefined => {
  if (typeof value === "number") return value;
  const ms = Date.parse(toText(value) ?? "");
  return Number.isNaN(ms) ? undefined : ms;
};

const tooOld = ({ profile }: Source, { sentAt }: MappedValues, nowMs: number): readonly Problem[] => {
  const at = toTimeMs(sentAt);
  const { eventMaxAgeSeconds } = profile;
  if (at === undefined || eventMaxAgeSeconds === undefined || nowMs - at <= eventMaxAgeSeconds * 1000)
    return [];
  const hours = Math.round(eventMaxAgeSeconds / 3600);
  return [{ pointer: "", detail: `the event is older than ${hours} h; ask for the change anew` }];
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * The idempotency key: what the payload says, else the ticket with what it asks for, so that another edit of the same
 * ticket asks for nothing new; without a ticket, the body.
 */
const toKey = (values: MappedValues, wish: object, body: Uint8Array): string => {
  const given = toText(values.requestId);
  const id = toText(values.ticketId);
  const wished = derivedId("wish", JSON.stringify(wish)).slice(0, 13);
  const key = given ?? (id === undefined ? sha256(body).slice(0, 32) : `${id}-${wished}`);
  return KEY.test(key) ? key : derivedId("ticket", key);
};

const readWishes = (source: Source, values: MappedValues) => {
  const table = source.tables.skus ?? {};
  const hasTable = Object.keys(table).length > 0;
  const lookUp = makeLookUp(table);
  const problems: Problem[] = [];
  /** A source with a table allows what is in it; without one, Partner Center's own names will do. */
  const resolve = (sku: string, pointer: string): { readonly skuId?: string; readonly sku?: string } => {
    const id = lookUp(sku);
    if (id !== undefined) return { skuId: id };
    if (!hasTable) return { sku };
    problems.push({ pointer, detail: notInTable(sku, "the id of a product SKU", "skus", source.name) });
    return { skuId: sku };
  };
  const toAssign = toWishes(values.licensesToAssign).slice(0, LISTED_MAX);
  const toRemove = toWishes(values.licensesToRemove).slice(0, LISTED_MAX);
  const licensesToAssign = toAssign.map(({ sku, excludedPlans }, index) => {
    const named = resolve(sku, `/licensesToAssign/${index}/skuId`);
    return excludedPlans === undefined ? named : Object.assign(named, { excludedPlans });
  });
  const licensesToRemove = toRemove.map(({ sku }, index) => {
    const named = resolve(sku, `/licensesToRemove/${index}`);
    return named.skuId ?? named;
  });
  return {
    problems,
    wishes: {
      ...(licensesToAssign.length === 0 ? {} : { licensesToAssign }),
      ...(licensesToRemove.length === 0 ? {} : { licensesToRemove }),
    },
  };
};

/**
 * What the expressions gave → the request, or everything that is wrong with it. Pure.
 * @param body the bytes of the delivery
 */
export const toAsked = (source: Source, values: MappedValues, body: Uint8Array, nowMs: number): Asked => {
  if (values.stopped === true) return { kind: "stopped" };
  if (source.map.when !== undefined && values.when !== true)
    return { kind: "ignored", why: "the event asks for no license change: the expression when is not true" };
  const customer = toText(values.customerId);
  const customerId = customer === undefined ? undefined : makeLookUp(source.tables.tenants)(customer);
  const userId = toText(values.userId);
  const requestedBy = toText(values.requestedBy);
  const usageLocation = toText(values.usageLocation);
  const waitForSeats = toText(values.waitForSeats);
  const { wishes, problems: skuProblems } = readWishes(source, values);
  const problems: Problem[] = [...tooOld(source, values, nowMs), ...skuProblems];
  if (customer !== undefined && customerId === undefined) {
    const detail = notInTable(customer, "the tenant id of a customer", "tenants", source.name);
    problems.push({ pointer: "/customerId", detail });
  }
  const wish = { customerId: customerId ?? customer, userId, ...wishes, usageLocation, waitForSeats };
  const key = toKey(values, wish, body);
  const ticket = toTicket(source, values, key);
  const parsed = parseRequest({
    ...present(wish),
    // The name of the source in front keeps senders apart
    requestId: `${source.name}:${key}`,
    ticket,
    ...present({ requestedBy }),
  });
  const known = new Set(problems.map(({ pointer }) => pointer));
  const others = parsed.ok ? [] : parsed.problems.filter(({ pointer }) => !known.has(pointer));
  const all = [...problems, ...others];
  return parsed.ok && all.length === 0
    ? { kind: "request", request: parsed.request, ticket }
    : { kind: "invalid", problems: all, ticket };
};

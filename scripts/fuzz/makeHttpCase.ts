import type { HttpFunction } from "../../local/host/httpTrigger.ts";
import { routes, schemas, type RouteDoc } from "../../shared/http/api/routes.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import type { HttpCase } from "./fuzzCase.ts";
import { hostileEscapes, hostileText } from "./hostile.ts";
import { fromJsonTree, toJsonTree } from "./jsonTree.ts";
import { mutateBytes } from "./mutateBytes.ts";
import { mutateJson } from "./mutateJson.ts";
import type { Random } from "./random.ts";
import { sampleOf } from "./sampleOf.ts";
import { TICKET_SECRET, ticketSamples, type TicketSample } from "./ticketSamples.ts";
import { validRequest, validTexts } from "./valid.ts";

type Headers = [name: string, value: string][];

const docs: ReadonlyMap<string, RouteDoc> = new Map(routes.map((route) => [route.operationId, route]));

const ODD_PARAMETER = 0.95;
const ODD_QUERY = 0.97;
const SIGNED = 0.3;
const ODD_HEADERS = 0.15;
const ODD_METHOD = 0.02;

/** What the API, the host or the library reads of headers, and what some of them should never be. */
const headerNames = [
  "content-type",
  "content-encoding",
  "idempotency-key",
  "x-ms-client-principal",
  "x-ms-client-principal-name",
  "x-forwarded-for",
  "x-functions-key",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "x-zendesk-webhook-signature-timestamp",
  "authorization",
  "cookie",
  "host",
  "accept",
  "accept-language",
  "range",
  "if-none-match",
  "traceparent",
  "__proto__",
  "constructor",
];
/** The host takes a key from "code", and a schema passes over "__proto__": the call is then a valid one. */
const queryNames = [
  "limit",
  "after",
  "LIMIT",
  "customerId",
  "customerid",
  "state",
  "status",
  "ticket",
  "$filter",
  "a[]",
  "x",
  "",
  "constructor",
  "length",
  "toString",
  "code",
  "__proto__",
];
const contentTypes = [
  "text/plain",
  "application/json; charset=utf-16",
  "application/problem+json",
  "application/jsonx",
  "multipart/form-data; boundary=x",
  "",
  "application/json, text/html",
];

/** What a header can carry: no line ends, one byte a character. */
const toHeaderValue = (text: string): string =>
  Buffer.from(text.replaceAll(/\p{Cc}/gu, "").slice(0, 4000)).toString("latin1");

const escape = (text: string): string => {
  // A lone half of a pair has no bytes of its own: those that CESU-8 gives it
  const isWhole = text.isWellFormed();
  return isWhole ? encodeURIComponent(text) : "%ed%a0%80";
};

const oddPart = (random: Random, valid: string): string => {
  switch (random.below(4)) {
    case 0:
      return random.pick(hostileEscapes);
    case 1:
      return `${valid}${random.pick(hostileEscapes)}`;
    default:
      return escape(hostileText(random));
  }
};

const validParameter = (name: string, random: Random, tag: string): string => {
  const known = Object.hasOwn(validTexts, name) ? validTexts[name] : undefined;
  return known === undefined ? tag : String(known(random, tag));
};

const pathOf = (
  { route }: HttpFunction,
  sample: TicketSample | undefined,
  random: Random,
  tag: string,
): string => {
  const parts = route.segments.map((segment) => {
    if (segment.kind === "literal") return random.chance(0.01) ? oddPart(random, segment.text) : segment.text;
    const valid =
      segment.name === "source" && sample !== undefined
        ? sample.name
        : validParameter(segment.name, random, tag);
    // A source that is not there ends the way of a delivery at once
    const isOdd = random.chance(segment.name === "source" ? 0.1 : ODD_PARAMETER);
    return isOdd ? oddPart(random, encodeURIComponent(valid)) : encodeURIComponent(valid);
  });
  const odd = random.chance(0.02) ? random.pick(["/", "//", "/.", "/..", "/%2e%2e/x", "/x", ";a"]) : "";
  return `/${parts.join("/")}${odd}`;
};

const queryOf = (doc: RouteDoc | undefined, random: Random, tag: string): string => {
  const isOdd = random.chance(doc?.query === undefined ? 0.05 : ODD_QUERY);
  const sample = doc?.query === undefined ? {} : sampleOf(doc.query, random, tag);
  const fields = Object.entries(typeof sample === "object" && sample !== null ? sample : {});
  const valid = fields.map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  if (!isOdd) return valid.length === 0 ? "" : `?${valid.join("&")}`;
  const at = random.below(valid.length + 1);
  const name = fields[at]?.[0] ?? random.pick(queryNames);
  const odd = `${random.chance(0.9) ? name : oddPart(random, name)}=${oddPart(random, "1")}`;
  return `?${(random.chance(0.5) ? [...valid, odd] : valid.toSpliced(at, 1, odd)).join("&")}`;
};

const bodyOf = (
  doc: RouteDoc | undefined,
  sample: TicketSample | undefined,
  random: Random,
  tag: string,
): Buffer => {
  if (doc?.body === undefined) return Buffer.from(random.chance(0.1) ? "{}" : "");
  const valid =
    sample !== undefined
      ? sample.delivery
      : doc.body === "LicenseRequest"
        ? validRequest(random, tag)
        : sampleOf(schemas[doc.body], random, tag);
  let tree = toJsonTree(valid);
  // Much of a delivery is nobody's concern: more has to be changed for it to be noticed
  const changes = random.chance(0.005) ? 0 : (sample === undefined ? 1 : 3) + random.below(5);
  for (let change = 0; change < changes; change += 1) tree = mutateJson(tree, random);
  const bytes = Buffer.from(fromJsonTree(tree));
  return random.chance(0.1) ? mutateBytes(bytes, random) : bytes;
};

const signatureOf = ({ source }: TicketSample, body: Buffer, tag: string): Headers =>
  Object.entries(
    signDelivery(source.scheme, {
      secret: TICKET_SECRET,
      body,
      at: new Date(),
      deliveryId: tag,
      escapedBody: source.escapedSignature,
    }),
  );

const oddHeaders = (random: Random): Headers =>
  Array.from({ length: 1 + random.below(3) }, () => {
    const name = random.pick(headerNames);
    return [name, toHeaderValue(name === "content-type" ? random.pick(contentTypes) : hostileText(random))];
  });

/**
 * How often a route is called, beside the others: where there is nothing to send, seldom; where there is only an id,
 * less often than where there is a body.
 */
export const weightOf = ({ fn, route }: HttpFunction): number => {
  const { query, body } = docs.get(fn.metadata.name) ?? {};
  if (query !== undefined || body !== undefined) return 1;
  return route.segments.some(({ kind }) => kind !== "literal") ? 0.12 : 0.03;
};

/** A hostile call of a route, made from what its description says of valid ones. */
export const makeHttpCase = (fn: HttpFunction, key: string, random: Random, tag: string): HttpCase => {
  const { name } = fn.fn.metadata;
  const doc = docs.get(name);
  const sample = fn.route.template.includes("{source}") ? random.pick(ticketSamples) : undefined;
  const target = `${pathOf(fn, sample, random, tag)}${queryOf(doc, random, tag)}`;
  const body = bodyOf(doc, sample, random, tag);
  // Those that are signed come further than the door
  const signature = sample !== undefined && random.chance(SIGNED) ? signatureOf(sample, body, tag) : [];
  const odd = random.chance(ODD_HEADERS) ? oddHeaders(random) : [];
  const names = new Set(odd.map(([header]) => header));
  const usual: Headers = [
    ["host", "127.0.0.1"],
    ["x-functions-key", key],
    ["content-type", "application/json"],
    ...signature,
  ];
  const method = random.chance(ODD_METHOD)
    ? random.pick(["HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE"])
    : random.pick(fn.methods.length === 0 ? ["GET", "POST"] : fn.methods);
  // The same header again stands beside the usual one half of the time
  const kept = random.chance(0.5) ? usual : usual.filter(([header]) => !names.has(header));
  return { kind: "http", name, method, target, body, headers: [...kept, ...odd] };
};

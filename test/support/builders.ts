import type { Refusal } from "../../shared/ledger/entry/entry.ts";
import type { Answered } from "../../shared/outcome/answer.ts";
import type { Delivery } from "../../shared/outcome/delivery.ts";
import { parseRequest } from "../../shared/request/parse.ts";
import type { LicenseRequest } from "../../shared/request/schema.ts";
import type { SubscribedSku } from "../../shared/sku/catalog.ts";

export const CUSTOMER = "11111111-1111-4111-8111-111111111111";
const USER = "22222222-2222-4222-8222-222222222222";
export const E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965";
export const E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";
export const PLAN_A = "aaaaaaaa-0000-4000-8000-000000000001";
export const PLAN_B = "aaaaaaaa-0000-4000-8000-000000000002";

/** A subscribed SKU; `plans` are ids, named "PLAN_1" ("Plan 1 name") and so on. */
export const aSku = ({
  plans = [],
  ...fields
}: Partial<Omit<SubscribedSku, "plans">> & { readonly plans?: readonly string[] }): SubscribedSku => ({
  skuId: E3,
  skuPartNumber: "SPE_E3",
  name: "Microsoft 365 E3",
  group: "group1",
  availableUnits: 10,
  isForUsers: true,
  plans: plans.map((id, index) => ({
    id,
    serviceName: `PLAN_${index + 1}`,
    displayName: `Plan ${index + 1} name`,
    isForUsers: true,
  })),
  ...fields,
});

type Body = Readonly<Record<string, unknown>>;

/** The JSON of a good request; fields given replace or add, undefined takes one away. */
export const aBody = (fields: Body = {}): Body => {
  const body = {
    requestId: "request-1",
    customerId: CUSTOMER,
    userId: USER,
    licensesToAssign: [{ skuId: E3 }],
    ...fields,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
};

export const aRequest = (fields: Body = {}): LicenseRequest => {
  const parsed = parseRequest(aBody(fields));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.request;
};

export const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export const aDelivery = (fields: Partial<Delivery> = {}): Delivery => ({
  body: bytesOf(aBody()),
  messageId: "request-1",
  sessionId: `${CUSTOMER}/0`,
  contentType: "application/json",
  deliveryCount: 1,
  ...fields,
});

export const ids = { msRequestId: "ms-request", correlationId: "correlation" };

export const anAnswer = (status: number, code?: number, fields: Partial<Answered> = {}): Answered => ({
  kind: "answered",
  status,
  ...(code === undefined ? {} : { code }),
  warnings: [],
  readable: true,
  ...(status === 200 || status === 201 ? { confirms: true as const } : {}),
  ids,
  ...fields,
});

/** An answer that says success and nothing of a license update. */
export const anUnclearAnswer = (status: number, fields: Partial<Answered> = {}): Answered => {
  const { confirms: _confirms, ...answer } = anAnswer(status, undefined, fields);
  return answer;
};

/** A failure that makes a poison message, as filePoison() takes it. */
export const aFailure = ({
  id = "request-1",
  run = 0,
  body = bytesOf("the body"),
  ...fields
}: Partial<Refusal> & {
  readonly id?: string;
  readonly run?: number;
  readonly body?: Uint8Array;
} = {}) => ({
  id,
  kind: "update" as const,
  run,
  refusal: {
    at: "2026-01-01T00:00:00.000Z",
    category: "no-seats",
    owner: "partner admin" as const,
    meaning: "No seats",
    remedy: "Buy seats",
    attempts: 1,
    ...fields,
  },
  original: { deliveryCount: 1 },
  body,
});

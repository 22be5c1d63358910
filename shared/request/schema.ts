import { z } from "zod";

import { durationMs } from "./duration.ts";
import { guid, isGuid } from "./guid.ts";
import { atLeast, atMost } from "./length.ts";
import { addSkuProblems } from "./skuProblems.ts";
import { addTextProblems } from "./textProblems.ts";

const LICENSES_MAX = 20;
const EXCLUDED_PLANS_MAX = 200;

/** One sentence for a value that is wrong, with "is missing" before it when there is none. */
const must = (sentence: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is missing; it must ${sentence}` : `must ${sentence}`,
});

const idOf = (what: string) =>
  guid(must(`be ${what}, a GUID such as "05e9a617-0261-4cee-bb44-138d3ef5d965"`));

const text = (max: number) =>
  z
    .string(must("be text"))
    .check(atLeast(1, "must not be empty"), atMost(max, `must have at most ${max} characters`));

// One line, no control characters: these values end up in headers, logs and tables
const line = (max: number) => text(max).regex(/^[^\p{Cc}]*$/u, "must not contain control characters");

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/;
const requestIdRule = "be 1 to 100 characters out of A-Z a-z 0-9 . _ : -";

/** The idempotency key of a request; it is the Service Bus MessageId. */
export const RequestId = z
  .string(must(requestIdRule))
  .regex(REQUEST_ID, `must ${requestIdRule}`)
  .brand<"RequestId">();
export type RequestId = z.infer<typeof RequestId>;

const CustomerId = idOf("the tenant id of the customer").brand<"CustomerId">();

// A user principal name has at most 113 characters; guests carry "#EXT#" before the at sign
const USER =
  /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[A-Za-z0-9!#$%&'*+\-./=?^_`{|}~]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?)$/;
const userRule =
  'be the GUID of a user, or a user principal name such as "ana@contoso.com" with at most 64 characters on each side of the @';

/** A user: the object id, or the user principal name as it is known in the customer's tenant. */
const UserId = z
  .string(must(userRule))
  .regex(USER, `must ${userRule}`)
  .overwrite((value) => (isGuid(value) ? value.toLowerCase() : value))
  .brand<"UserId">();

const SkuId = idOf("the id of a product SKU").brand<"SkuId">();
export type SkuId = z.infer<typeof SkuId>;

const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item, must("be a list, or be left out"))
    .check(
      atLeast(1, "must have at least 1 entry, or be left out"),
      atMost(LICENSES_MAX, `must have at most ${LICENSES_MAX} entries; split the request`),
    );

const SkuName = line(200).describe(
  "skuPartNumber or name of a product, looked up among the customer's subscribed SKUs",
);

/** A service plan: an id in lower case, or a name as it was given. */
const PlanRef = line(100).overwrite((value) => (isGuid(value) ? value.toLowerCase() : value));

const LicenseAssignment = z
  .strictObject(
    {
      skuId: SkuId.exactOptional().describe("productSku.id out of the customer's subscribed SKUs"),
      sku: SkuName.exactOptional().describe(
        "In place of skuId: skuPartNumber or name of the product, looked up among the customer's subscribed SKUs",
      ),
      excludedPlans: z
        .array(PlanRef, must("be a list of service plans by id or name, or null"))
        .check(atMost(EXCLUDED_PLANS_MAX, `must have at most ${EXCLUDED_PLANS_MAX} entries`))
        .nullable()
        .exactOptional()
        .describe(
          "Service plans to leave off, by id or name; null turns every plan on; left out leaves the plans of a license that the user has as they are",
        ),
    },
    must('be an object such as { "skuId": "…", "excludedPlans": null } or { "sku": "SPE_E3" }'),
  )
  .readonly();

const LicenseRemoval = z.union(
  [SkuId, z.strictObject({ sku: SkuName }).readonly()],
  must(
    'be the id of a product SKU, a GUID such as "05e9a617-0261-4cee-bb44-138d3ef5d965", or an object such as { "sku": "SPE_E3" }',
  ),
);

const locationRule = 'be a country in two letters (ISO 3166-1), such as "DE"';
const waitRule = 'be a duration from PT1M to P30D (ISO 8601: days, hours, minutes), such as "PT8H" or "P3D"';
const WAIT_MIN_MS = 60_000;
const WAIT_MAX_MS = 30 * 24 * 60 * 60_000;
const isWait = (duration: string): boolean => {
  const ms = durationMs(duration);
  return ms !== undefined && ms >= WAIT_MIN_MS && ms <= WAIT_MAX_MS;
};

const webAddress = (protocol: RegExp, example: string) =>
  z
    .url({ protocol, error: `must be a web address such as "${example}"` })
    .check(atMost(2048, "must have at most 2048 characters"));

const Ticket = z
  .strictObject(
    {
      system: line(50).describe('The ticketing system, for example "zendesk"'),
      id: line(100).describe("Its id there; like any text, without a lone UTF-16 surrogate"),
      url: webAddress(/^https?$/, "https://desk.example.com/4711").exactOptional(),
      source: z
        .string(must("be the name of a source"))
        .regex(
          /^[a-z0-9-]{1,30}$/,
          "must be the name of a source: the name of its file in tickets/, without .json",
        )
        .exactOptional()
        .describe("The source in tickets/ that says where the ticket is told of the outcome"),
      callbackUrl: webAddress(/^https?$/, "https://desk.example.com/hooks")
        .exactOptional()
        .describe(
          "Where the outcome is posted in place of the source's callbackUrl, when the source allows its host",
        ),
    },
    must('be an object such as { "system": "zendesk", "id": "4711" }'),
  )
  .readonly();

const Contract = z
  .strictObject(
    {
      schemaVersion: z.literal(1, must("be 1")).default(1),
      requestId: RequestId.describe(
        'Idempotency key: the same key again is answered, not applied again; not "." or ".."',
      ),
      customerId: CustomerId,
      userId: UserId,
      licensesToAssign: list(LicenseAssignment).exactOptional(),
      licensesToRemove: list(LicenseRemoval).exactOptional(),
      usageLocation: z
        .string(must(locationRule))
        .regex(/^[A-Za-z]{2}$/, `must ${locationRule}`)
        .toUpperCase()
        .exactOptional()
        .describe("Set on the user when the user has none; else nothing is changed"),
      waitForSeats: z
        .string(must(waitRule))
        .check(atMost(20, `must ${waitRule}`))
        .refine(isWait, `must ${waitRule}`)
        .exactOptional()
        .describe("How long the request waits for free seats before it is refused (ISO 8601 duration)"),
      ticket: Ticket.exactOptional().describe("Where the request came from"),
      requestedBy: line(200).exactOptional().describe("Who asked: a name or an address, for the record"),
    },
    must("be a JSON object"),
  )
  .superRefine(addSkuProblems, { when: () => true });

/** A request as the ledger keeps it: what was taken before a rule about its texts was there is still read. */
export const KeptRequest = Contract.readonly();

/**
 * The contract: one queue message, and the body of POST /api/license-updates.
 * Field names are Partner Center's.
 */
export const LicenseRequest = Contract.superRefine(addTextProblems, { when: () => true }).readonly();
export type LicenseRequest = z.infer<typeof LicenseRequest>;

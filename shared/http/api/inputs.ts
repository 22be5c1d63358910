import { z } from "zod";

import { Status } from "../../ledger/entry/entry.ts";
import { by, category, code, customerId, words } from "../../poison/inputs.ts";

/** Body of POST /api/operations/{id}/cancel. */
export const CancelInput = z.strictObject({ by });
export type CancelInput = z.infer<typeof CancelInput>;

/** Body of PUT /api/poison/note: a note on a group; an empty text removes it. */
export const NoteInput = z.strictObject({
  category,
  code: code.exactOptional(),
  customerId: customerId.exactOptional(),
  text: words,
  by,
});
export type NoteInput = z.infer<typeof NoteInput>;

/** Body of POST /api/tickets/{source}: what the ticketing system sends. */
export const TicketInput = z
  .looseObject({})
  .describe("What the ticketing system sends, as its source describes it");

const page = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "must be a number from 1 to 200")
    .transform(Number)
    .refine((value) => value >= 1 && value <= 200, "must be from 1 to 200")
    .default(50)
    .describe("Entries per page, 1 to 200"),
  after: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,400}$/, "must be the continuation token of the page before")
    .exactOptional()
    .describe("Continuation token, as the link next carries it"),
};

/** Query of GET /api/license-updates: exactly one of customerId, ticket, status, category. */
export const StatusQuery = z
  .strictObject({
    customerId: customerId.exactOptional(),
    ticket: z
      .string()
      .regex(/^[^\p{Cc}/]{1,50}\/[^\p{Cc}]{1,100}$/u, 'must be "<system>/<id>", such as "zendesk/4711"')
      .exactOptional()
      .describe('"<system>/<id>" of the ticket'),
    status: Status.exactOptional(),
    category: category.exactOptional().describe("Cause of the latest refusal"),
    ...page,
  })
  .refine(
    ({ customerId: customer, ticket, status, category: cause }) =>
      [customer, ticket, status, cause].filter((value) => value !== undefined).length === 1,
    "must have exactly one of customerId, ticket, status, category",
  );
export type StatusQuery = z.infer<typeof StatusQuery>;

/** Query of GET /api/poison: groups, or with category, errorCode or customerId the messages. */
export const PoisonQuery = z.strictObject({
  category: category.exactOptional(),
  // Not "code": that is where the host looks for a key
  errorCode: z
    .string()
    .regex(/^\d{1,9}$/, "must be an error code of Partner Center, a number")
    .transform(Number)
    .exactOptional()
    .describe("Error code of Partner Center, the code of a group"),
  customerId: customerId.exactOptional(),
  state: z.enum(["open", "discarded"]).default("open").describe("discarded lists the archive"),
  ...page,
});
export type PoisonQuery = z.infer<typeof PoisonQuery>;

/** Query of GET /api/operations. */
export const OperationsQuery = z.strictObject(page);
export type OperationsQuery = z.infer<typeof OperationsQuery>;

/** Query of GET /api/seats. */
export const SeatsQuery = z.strictObject({ customerId: customerId.exactOptional() });
export type SeatsQuery = z.infer<typeof SeatsQuery>;

/** Query of GET /api/reconciliation; a page is one of requests. */
export const ReconcileQuery = z.strictObject({ customerId, ...page });
export type ReconcileQuery = z.infer<typeof ReconcileQuery>;

/** Body of POST /api/token-gate/open. */
export const OpenGateInput = z.strictObject({ by });
export type OpenGateInput = z.infer<typeof OpenGateInput>;

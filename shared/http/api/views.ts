import { z } from "zod";

import {
  End,
  Original,
  PoisonKind,
  PoisonState,
  Proof,
  Refusal,
  Status,
  Step,
} from "../../ledger/entry/entry.ts";
import { ItemState, Operation, Selection } from "../../poison/operation.ts";
import { KeptRequest, LicenseRequest } from "../../request/schema.ts";

const Url = z.string().describe("Absolute URL");
const Next = Url.exactOptional().describe("The next page; absent on the last one");

/** Answer 202 of POST /api/license-updates. */
export const AcceptedView = z.object({ requestId: z.string(), status: Status, statusUrl: Url });
export type AcceptedView = z.infer<typeof AcceptedView>;

const requestFields = {
  requestId: z.string(),
  status: Status,
  request: KeptRequest.describe("What was asked for"),
  acceptedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  waiting: z
    .object({ category: z.string(), why: z.string(), until: z.iso.datetime() })
    .exactOptional()
    .describe("With status waiting: why, and when it is tried again"),
  parked: z
    .object({ since: z.iso.datetime(), until: z.iso.datetime(), skuIds: z.array(z.string()).readonly() })
    .exactOptional()
    .describe("With status parked: the licenses it waits for, and until when"),
  outcome: End.exactOptional().describe("The latest end; a replay may follow a refusal"),
  proof: Proof.exactOptional().describe("With status applied: whether the user's licenses show it"),
  replays: z.int().describe("How often it was sent again by an operator"),
};

/** Answer of POST /api/tickets/{source}. */
export const TicketTakenView = z.union([
  AcceptedView,
  z.object({ status: z.literal("ignored"), why: z.string() }),
  z.object({
    status: z.literal("rejected"),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  }),
]);
export type TicketTakenView = z.infer<typeof TicketTakenView>;

const Problems = z.array(z.object({ pointer: z.string(), detail: z.string() }));

/** POST /api/tickets/{source}/check. */
export const TicketCheckView = z.object({
  source: z.string(),
  profile: z.string(),
  wouldAnswer: z.int().describe("HTTP status that the sender would get"),
  signature: z.object({
    ok: z.boolean(),
    detail: z.string(),
  }),
  clock: z.object({
    ok: z.boolean(),
    detail: z.string(),
    ageSeconds: z.number().exactOptional().describe("Our time minus the signed one"),
  }),
  mapping: z.object({
    ok: z.boolean(),
    ignored: z.string().exactOptional().describe("Why the delivery asks for nothing"),
    errors: Problems.exactOptional(),
    request: LicenseRequest.exactOptional().describe("The request that it would make"),
  }),
});
export type TicketCheckView = z.infer<typeof TicketCheckView>;

/** GET /api/license-updates/{requestId}. */
export const StatusView = z.object({
  ...requestFields,
  history: z.array(Step).describe("Every step, oldest first"),
  links: z.object({ self: Url, poison: Url.exactOptional().describe("Its poison message, when it has one") }),
});
export type StatusView = z.infer<typeof StatusView>;

/** GET /api/license-updates. */
export const StatusListView = z.object({
  items: z.array(z.object({ ...requestFields, links: z.object({ self: Url }) })),
  next: Next,
});
export type StatusListView = z.infer<typeof StatusListView>;

const GroupNote = z.object({ text: z.string(), by: z.string(), at: z.iso.datetime() });

/** PUT /api/poison/note. */
export const NoteView = z.object({ note: GroupNote.exactOptional() });

/** Poison messages with the same category, code and customer. */
export const PoisonGroup = z.object({
  category: z.string(),
  code: z.int().exactOptional(),
  customerId: z.string().exactOptional(),
  count: z.int().describe("Messages in this group, those being replayed included"),
  replaying: z.int().describe("How many of them were sent again and have not ended yet"),
  oldest: z.iso.datetime().describe("When the oldest was captured"),
  newest: z.iso.datetime().describe("When the newest failed last"),
  owner: z.string(),
  meaning: z.string(),
  remedy: z.string(),
  note: GroupNote.exactOptional(),
  links: z.object({ messages: Url }),
});
export type PoisonGroup = z.infer<typeof PoisonGroup>;

/** GET /api/poison without category, code or customerId. */
export const PoisonGroupsView = z.object({ groups: z.array(PoisonGroup), total: z.int() });
export type PoisonGroupsView = z.infer<typeof PoisonGroupsView>;

/** One poison message in a list. */
export const PoisonItem = z.object({
  id: z.string().describe("The requestId; begins with ~ when the message is no request of its own"),
  kind: PoisonKind.describe("Whether it was to change licenses, or to tell a ticket of an outcome"),
  state: PoisonState,
  capturedAt: z.iso.datetime(),
  failedAt: z.iso.datetime(),
  failures: z.int().describe("How often it was refused"),
  category: z.string(),
  code: z.int().exactOptional(),
  status: z.int().exactOptional(),
  description: z.string().exactOptional(),
  owner: z.string(),
  remedy: z.string(),
  customerId: z.string().exactOptional(),
  userId: z.string().exactOptional(),
  newerRequestId: z
    .string()
    .exactOptional()
    .describe("Why the latest replay was skipped: the newer request that had been applied"),
  links: z.object({ self: Url, request: Url.exactOptional() }),
});
export type PoisonItem = z.infer<typeof PoisonItem>;

/** GET /api/poison with category, code or customerId. */
export const PoisonListView = z.object({ items: z.array(PoisonItem), next: Next });
export type PoisonListView = z.infer<typeof PoisonListView>;

/** GET /api/poison/{id}. */
export const PoisonView = z.object({
  ...PoisonItem.shape,
  first: Refusal.describe("The first refusal"),
  latest: Refusal.describe("The latest refusal"),
  original: Original.describe("The message as it was before it became a poison message"),
  body: z.string().describe("The message as it came; Base64 when it is not UTF-8 text"),
  bodyEncoding: z.enum(["text", "base64"]),
  history: z.array(Step),
});
export type PoisonView = z.infer<typeof PoisonView>;

/** GET /api/operations/{id}. */
export const OperationView = z.object({
  id: z.string(),
  kind: Operation.unwrap().shape.kind,
  state: Operation.unwrap().shape.state,
  selection: Selection,
  by: z.string(),
  why: z.string().exactOptional(),
  canary: z.boolean(),
  force: z.boolean(),
  ratePerSecond: z.number().exactOptional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().exactOptional(),
  reason: z.string().exactOptional().describe("Why it stopped"),
  total: z.int().describe("Messages in the frozen set; grows while the state is freezing"),
  done: z.int(),
  failed: z.int().describe("Refused again"),
  skipped: z.int(),
  unfinished: z
    .array(z.object({ id: z.string(), state: ItemState, why: z.string().exactOptional() }))
    .describe("The first 100 messages that failed or were skipped, with the reason"),
  links: z.object({ self: Url, cancel: Url.exactOptional().describe("Absent when it has ended") }),
});
export type OperationView = z.infer<typeof OperationView>;

/** GET /api/operations. */
export const OperationListView = z.object({
  items: z.array(OperationView.omit({ unfinished: true })),
  next: Next,
});
export type OperationListView = z.infer<typeof OperationListView>;

/** Answer 202 of the POSTs that make an operation. */
export const OperationStartedView = z.object({
  operationId: z.string(),
  state: Operation.unwrap().shape.state,
  statusUrl: Url,
});
export type OperationStartedView = z.infer<typeof OperationStartedView>;

/** RFC 9457, with everything that is wrong in `errors`. */
export const ProblemView = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).exactOptional(),
  digests: z
    .object({ known: z.string(), given: z.string() })
    .exactOptional()
    .describe("Of 422: SHA-256 of the request that the ledger has, and of the one that was sent"),
});
export type ProblemView = z.infer<typeof ProblemView>;

/** POST /api/license-updates/preview. */
export const PreviewView = z.object({
  requestId: z.string(),
  customerId: z.string(),
  userId: z.string(),
  refusal: z
    .object({
      category: z.string(),
      owner: z.string(),
      meaning: z.string(),
      remedy: z.string(),
      description: z.string(),
    })
    .exactOptional()
    .describe("The request would be refused as a whole; there are no items then"),
  user: z
    .object({ id: z.string(), userPrincipalName: z.string(), usageLocation: z.string().exactOptional() })
    .exactOptional(),
  items: z.array(
    z.object({
      action: z.enum(["assign", "remove"]),
      skuId: z.string(),
      skuPartNumber: z.string().exactOptional(),
      name: z.string().exactOptional(),
      result: z.enum([
        "assign",
        "change plans",
        "remove",
        "already so",
        "no seats",
        "location missing",
        "not subscribed",
      ]),
      available: z.number().exactOptional().describe("Free seats"),
      detail: z.string().exactOptional(),
    }),
  ),
});
export type PreviewView = z.infer<typeof PreviewView>;

/** GET /api/seats. */
export const SeatsView = z.object({
  items: z.array(
    z.object({
      customerId: z.string(),
      skuId: z.string(),
      skuPartNumber: z.string().exactOptional(),
      name: z.string().exactOptional(),
      waiting: z.int().describe("Requests that wait for a seat"),
      oldest: z.iso.datetime().describe("When the oldest of them was accepted"),
      available: z.number().exactOptional().describe("Free seats; only with customerId"),
      missing: z.number().exactOptional().describe("Seats to be bought or freed; only with customerId"),
    }),
  ),
});
export type SeatsView = z.infer<typeof SeatsView>;

/** GET /api/reconciliation. */
export const ReconcileView = z.object({
  items: z.array(
    z.object({
      userId: z.string(),
      skuId: z.string(),
      sku: z.string().describe("skuPartNumber, or the id when the customer has no such subscription"),
      wanted: z.enum(["assigned", "removed"]),
      is: z.enum(["as wanted", "differs", "unknown"]),
      why: z.string().exactOptional(),
      requestId: z.string().describe("The request that wants it"),
      acceptedAt: z.iso.datetime(),
      ticket: LicenseRequest.unwrap().shape.ticket,
    }),
  ),
  next: Next,
});
export type ReconcileView = z.infer<typeof ReconcileView>;

/** GET /api/token-gate, POST /api/token-gate/open. */
export const GateView = z.object({
  state: z
    .enum(["open", "closed"])
    .describe("closed: nothing is called with this token; another token in the vault passes"),
  category: z.string().exactOptional().describe("The cause for which it was closed last"),
  closedAt: z.iso.datetime().exactOptional(),
  refusals: z.number().exactOptional(),
  openedAt: z.iso.datetime().exactOptional(),
  openedBy: z.string().exactOptional(),
});
export type GateView = z.infer<typeof GateView>;

const HealthStatus = z
  .enum(["healthy", "degraded", "unhealthy"])
  .describe("degraded works, and somebody should look at it");
const CheckView = z.object({ status: HealthStatus, reason: z.string().exactOptional() });

/** GET /api/health. */
export const HealthView = z.object({
  status: HealthStatus,
  checks: z.record(z.string(), CheckView),
  pace: z
    .object({
      partnerCallsPerSecond: z.number().describe("What the throttle is taken to let pass, of this instance"),
      partnerHeldUntil: z.iso.datetime().exactOptional().describe("Nothing is called before"),
      customersSlowed: z.int().describe("Customers who are held or slowed"),
      waiting: z.int().describe("Calls that wait for their turn"),
      calls: z.int().describe("Calls since the start"),
      throttled: z.int().describe("How many of them were answered 429"),
    })
    .describe("The pace of calls to Partner Center"),
});

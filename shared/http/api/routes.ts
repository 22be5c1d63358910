import type { z } from "zod";

import { ArchiveInput, ReplayInput } from "../../poison/inputs.ts";
import { LicenseRequest } from "../../request/schema.ts";
import {
  CancelInput,
  NoteInput,
  OpenGateInput,
  OperationsQuery,
  PoisonQuery,
  ReconcileQuery,
  SeatsQuery,
  StatusQuery,
  TicketInput,
} from "./inputs.ts";
import {
  AcceptedView,
  GateView,
  HealthView,
  NoteView,
  OperationListView,
  OperationStartedView,
  OperationView,
  PoisonGroupsView,
  PoisonListView,
  PoisonView,
  PreviewView,
  ProblemView,
  ReconcileView,
  SeatsView,
  StatusListView,
  StatusView,
  TicketCheckView,
  TicketTakenView,
} from "./views.ts";

/** Every schema that the description of the API names. */
export const schemas = {
  LicenseRequest,
  ReplayInput,
  ArchiveInput,
  CancelInput,
  NoteInput,
  OpenGateInput,
  TicketInput,
  AcceptedView,
  GateView,
  HealthView,
  NoteView,
  OperationListView,
  OperationStartedView,
  OperationView,
  PoisonGroupsView,
  PoisonListView,
  PoisonView,
  PreviewView,
  ProblemView,
  ReconcileView,
  SeatsView,
  StatusListView,
  StatusView,
  TicketCheckView,
  TicketTakenView,
} as const;
export type SchemaName = keyof typeof schemas;

/** One route of the API. */
export interface RouteDoc {
  /** The name of its function. */
  readonly operationId: string;
  readonly method: "get" | "post" | "put";
  readonly path: string;
  readonly tag: "requests" | "tickets" | "poison" | "operations" | "service";
  readonly key: "callerKey" | "operatorKey" | undefined;
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly body?: SchemaName;
  /** Status of success → what comes with it; several names mean one of them. */
  readonly answers: Readonly<
    Record<number, { readonly description: string; readonly schemas?: readonly SchemaName[] }>
  >;
  /** Statuses that are answered with a problem. */
  readonly problems: readonly number[];
  /** Whether the answer says where the new resource is. */
  readonly hasLocation?: boolean;
}

// Which key a route takes, and under which heading it is described
const forCallers = { tag: "requests", key: "callerKey" } as const;
const forOperators = (tag: RouteDoc["tag"]) => ({ tag, key: "operatorKey" }) as const;
const withoutKey = (tag: RouteDoc["tag"]) => ({ tag, key: undefined }) as const;

const ok = (description: string, ...names: readonly SchemaName[]): RouteDoc["answers"] => ({
  200: { description, schemas: names },
});

// What can go wrong with a query, with an id in the path, with a body, and with a body that is taken byte for byte
const withQuery = [400, 503];
const withId = [400, 404, 500, 503];
const withBody = [400, 413, 415, 503];
const withBytes = [400, 411, 413, 415];

/** A route that starts an operation on poison messages. */
const startsOperation = {
  ...forOperators("poison"),
  method: "post",
  answers: { 202: { description: "The operation has been started", schemas: ["OperationStartedView"] } },
  problems: withBody,
  hasLocation: true,
} as const;

/** Every route of the HTTP API. */
export const routes: readonly RouteDoc[] = [
  {
    operationId: "submitLicenseUpdate",
    method: "post",
    path: "/license-updates",
    ...forCallers,
    summary: "Ask for a change of a user's licenses",
    description: "The same requestId again is answered with its status and applied once.",
    body: "LicenseRequest",
    answers: { 202: { description: "The request is accepted, or was before", schemas: ["AcceptedView"] } },
    problems: [...withBytes, 422, 503],
    hasLocation: true,
  },
  {
    operationId: "previewLicenseUpdate",
    method: "post",
    path: "/license-updates/preview",
    ...forCallers,
    summary: "See what a request would come to; nothing is noted, queued or changed",
    description: "requestId may be left out.",
    body: "LicenseRequest",
    answers: ok("What would happen, license by license", "PreviewView"),
    problems: [...withBytes, 503],
  },
  {
    operationId: "listSeats",
    method: "get",
    path: "/seats",
    ...forCallers,
    summary: "See which seats requests wait for",
    query: SeatsQuery,
    answers: ok("By customer and SKU", "SeatsView"),
    problems: withQuery,
  },
  {
    operationId: "reconcileCustomer",
    method: "get",
    path: "/reconciliation",
    ...forCallers,
    summary: "Compare what tickets of a customer asked for with what is",
    description:
      "Newest request first; of several rows for the same user and SKU the first counts, over all pages.",
    query: ReconcileQuery,
    answers: ok("A page", "ReconcileView"),
    problems: withQuery,
  },
  {
    operationId: "readLicenseUpdate",
    method: "get",
    path: "/license-updates/{requestId}",
    ...forCallers,
    summary: "Read what became of a request",
    answers: ok("Status, outcome and every step", "StatusView"),
    problems: withId,
  },
  {
    operationId: "listLicenseUpdates",
    method: "get",
    path: "/license-updates",
    ...forCallers,
    summary: "List requests, newest first",
    description: "Exactly one of customerId, ticket, status and category is given.",
    query: StatusQuery,
    answers: ok("A page of requests", "StatusListView"),
    problems: withQuery,
  },
  {
    operationId: "receiveTicket",
    method: "post",
    path: "/tickets/{source}",
    ...withoutKey("tickets"),
    summary: "Take the webhook of a ticketing system",
    description:
      "The signature of the sender says who calls. Whatever is our own trouble is 429 with Retry-After, which every ticketing system tries again.",
    body: "TicketInput",
    answers: {
      200: { description: "It asks for no license change", schemas: ["TicketTakenView"] },
      202: {
        description: "Accepted, or was before; or rejected, and the ticket is told so",
        schemas: ["TicketTakenView"],
      },
    },
    problems: [...withBytes, 401, 404, 422, 429],
    hasLocation: true,
  },
  {
    operationId: "checkTicket",
    method: "post",
    path: "/tickets/{source}/check",
    ...forOperators("tickets"),
    summary: "Try a delivery out: nothing is noted and nothing is sent",
    body: "TicketInput",
    answers: ok("What the delivery would come to", "TicketCheckView"),
    problems: [...withBytes, 404],
  },
  {
    operationId: "listPoison",
    method: "get",
    path: "/poison",
    ...forOperators("poison"),
    summary: "See why requests were refused",
    description:
      "Groups of category, code and customer; with category, errorCode or customerId the messages, newest first.",
    query: PoisonQuery,
    answers: ok("Groups, or a page of messages", "PoisonGroupsView", "PoisonListView"),
    problems: withQuery,
  },
  {
    operationId: "readPoison",
    method: "get",
    path: "/poison/{id}",
    ...forOperators("poison"),
    summary: "Read one poison message in full",
    answers: ok("Refusals, history and the message as it came", "PoisonView"),
    problems: withId,
  },
  {
    ...startsOperation,
    operationId: "replayPoison",
    path: "/poison/replay",
    summary: "Send poison messages again",
    body: "ReplayInput",
  },
  {
    ...startsOperation,
    operationId: "discardPoison",
    path: "/poison/discard",
    summary: "Archive poison messages",
    body: "ArchiveInput",
  },
  {
    ...startsOperation,
    operationId: "restorePoison",
    path: "/poison/restore",
    summary: "Take poison messages out of the archive",
    body: "ArchiveInput",
  },
  {
    operationId: "notePoison",
    method: "put",
    path: "/poison/note",
    ...forOperators("poison"),
    summary: "Keep a note on a group",
    description: "An empty text removes the note.",
    body: "NoteInput",
    answers: ok("The note as it is kept", "NoteView"),
    problems: withBody,
  },
  {
    operationId: "listOperations",
    method: "get",
    path: "/operations",
    ...forOperators("operations"),
    summary: "List operations, newest first",
    query: OperationsQuery,
    answers: ok("A page of operations", "OperationListView"),
    problems: withQuery,
  },
  {
    operationId: "readOperation",
    method: "get",
    path: "/operations/{id}",
    ...forOperators("operations"),
    summary: "See how far an operation has come",
    answers: ok("The operation", "OperationView"),
    problems: withId,
  },
  {
    operationId: "cancelOperation",
    method: "post",
    path: "/operations/{id}/cancel",
    ...forOperators("operations"),
    summary: "Let an operation begin nothing more",
    description: "What is under way is finished. An operation that has ended stays as it is.",
    body: "CancelInput",
    answers: ok("The operation as it is now", "OperationView"),
    problems: [404, ...withBody],
  },
  {
    operationId: "readTokenGate",
    method: "get",
    path: "/token-gate",
    ...forOperators("service"),
    summary: "See whether calls wait because Partner Center refuses the token",
    answers: ok("The gate", "GateView"),
    problems: [503],
  },
  {
    operationId: "openTokenGate",
    method: "post",
    path: "/token-gate/open",
    ...forOperators("service"),
    summary: "Let calls go out again with the token that was refused",
    body: "OpenGateInput",
    answers: ok("The gate as it is now", "GateView"),
    problems: withBody,
  },
  {
    operationId: "health",
    method: "get",
    path: "/health",
    ...withoutKey("service"),
    summary: "See whether everything can be used",
    answers: {
      200: { description: "Everything can be used", schemas: ["HealthView"] },
      503: { description: "Something cannot", schemas: ["HealthView"] },
    },
    problems: [],
  },
  {
    operationId: "openApi",
    method: "get",
    path: "/openapi.json",
    ...withoutKey("service"),
    summary: "Read this description",
    answers: { 200: { description: "OpenAPI 3.1" } },
    problems: [],
  },
];

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

const withBody = [400, 413, 415, 503];
const started = {
  202: { description: "The operation has been started", schemas: ["OperationStartedView"] },
} as const;

/** Every route of the HTTP API. */
export const routes: readonly RouteDoc[] = [
  {
    operationId: "submitLicenseUpdate",
    method: "post",
    path: "/license-updates",
    tag: "requests",
    key: "callerKey",
    summary: "Ask for a change of a user's licenses",
    description: "The same requestId again is answered with its status and applied once.",
    body: "LicenseRequest",
    answers: { 202: { description: "The request is accepted, or was before", schemas: ["AcceptedView"] } },
    problems: [400, 411, 413, 415, 422, 503],
    hasLocation: true,
  },
  {
    operationId: "previewLicenseUpdate",
    method: "post",
    path: "/license-updates/preview",
    tag: "requests",
    key: "callerKey",
    summary: "See what a request would come to; nothing is noted, queued or changed",
    description: "requestId may be left out.",
    body: "LicenseRequest",
    answers: { 200: { description: "What would happen, license by license", schemas: ["PreviewView"] } },
    problems: [400, 411, 413, 415, 503],
  },
  {
    operationId: "listSeats",
    method: "get",
    path: "/seats",
    tag: "requests",
    key: "callerKey",
    summary: "See which seats requests wait for",
    query: SeatsQuery,
    answers: { 200: { description: "By customer and SKU", schemas: ["SeatsView"] } },
    problems: [400, 503],
  },
  {
    operationId: "reconcileCustomer",
    method: "get",
    path: "/reconciliation",
    tag: "requests",
    key: "callerKey",
    summary: "Compare what tickets of a customer asked for with what is",
    description:
      "Newest request first; of several rows for the same user and SKU the first counts, over all pages.",
    query: ReconcileQuery,
    answers: { 200: { description: "A page", schemas: ["ReconcileView"] } },
    problems: [400, 503],
  },
  {
    operationId: "readLicenseUpdate",
    method: "get",
    path: "/license-updates/{requestId}",
    tag: "requests",
    key: "callerKey",
    summary: "Read what became of a request",
    answers: { 200: { description: "Status, outcome and every step", schemas: ["StatusView"] } },
    problems: [400, 404, 503],
  },
  {
    operationId: "listLicenseUpdates",
    method: "get",
    path: "/license-updates",
    tag: "requests",
    key: "callerKey",
    summary: "List requests, newest first",
    description: "Exactly one of customerId, ticket, status and category is given.",
    query: StatusQuery,
    answers: { 200: { description: "A page of requests", schemas: ["StatusListView"] } },
    problems: [400, 503],
  },
  {
    operationId: "receiveTicket",
    method: "post",
    path: "/tickets/{source}",
    tag: "tickets",
    key: undefined,
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
    problems: [400, 401, 404, 411, 413, 415, 422, 429],
    hasLocation: true,
  },
  {
    operationId: "checkTicket",
    method: "post",
    path: "/tickets/{source}/check",
    tag: "tickets",
    key: "operatorKey",
    summary: "Try a delivery out: nothing is noted and nothing is sent",
    body: "TicketInput",
    answers: {
      200: { description: "What the delivery would come to", schemas: ["TicketCheckView"] },
    },
    problems: [400, 404, 411, 413, 415],
  },
  {
    operationId: "listPoison",
    method: "get",
    path: "/poison",
    tag: "poison",
    key: "operatorKey",
    summary: "See why requests were refused",
    description:
      "Groups of category, code and customer; with category, errorCode or customerId the messages, newest first.",
    query: PoisonQuery,
    answers: {
      200: { description: "Groups, or a page of messages", schemas: ["PoisonGroupsView", "PoisonListView"] },
    },
    problems: [400, 503],
  },
  {
    operationId: "readPoison",
    method: "get",
    path: "/poison/{id}",
    tag: "poison",
    key: "operatorKey",
    summary: "Read one poison message in full",
    answers: {
      200: { description: "Refusals, history and the message as it came", schemas: ["PoisonView"] },
    },
    problems: [400, 404, 503],
  },
  {
    operationId: "replayPoison",
    method: "post",
    path: "/poison/replay",
    tag: "poison",
    key: "operatorKey",
    summary: "Send poison messages again",
    body: "ReplayInput",
    answers: started,
    problems: withBody,
    hasLocation: true,
  },
  {
    operationId: "discardPoison",
    method: "post",
    path: "/poison/discard",
    tag: "poison",
    key: "operatorKey",
    summary: "Archive poison messages",
    body: "ArchiveInput",
    answers: started,
    problems: withBody,
    hasLocation: true,
  },
  {
    operationId: "restorePoison",
    method: "post",
    path: "/poison/restore",
    tag: "poison",
    key: "operatorKey",
    summary: "Take poison messages out of the archive",
    body: "ArchiveInput",
    answers: started,
    problems: withBody,
    hasLocation: true,
  },
  {
    operationId: "notePoison",
    method: "put",
    path: "/poison/note",
    tag: "poison",
    key: "operatorKey",
    summary: "Keep a note on a group",
    description: "An empty text takes the note away.",
    body: "NoteInput",
    answers: { 200: { description: "The note as it is kept", schemas: ["NoteView"] } },
    problems: withBody,
  },
  {
    operationId: "listOperations",
    method: "get",
    path: "/operations",
    tag: "operations",
    key: "operatorKey",
    summary: "List operations, newest first",
    query: OperationsQuery,
    answers: { 200: { description: "A page of operations", schemas: ["OperationListView"] } },
    problems: [400, 503],
  },
  {
    operationId: "readOperation",
    method: "get",
    path: "/operations/{id}",
    tag: "operations",
    key: "operatorKey",
    summary: "See how far an operation has come",
    answers: { 200: { description: "The operation", schemas: ["OperationView"] } },
    problems: [400, 404, 503],
  },
  {
    operationId: "cancelOperation",
    method: "post",
    path: "/operations/{id}/cancel",
    tag: "operations",
    key: "operatorKey",
    summary: "Let an operation begin nothing more",
    description: "What is under way is finished. An operation that has ended stays as it is.",
    body: "CancelInput",
    answers: { 200: { description: "The operation as it is now", schemas: ["OperationView"] } },
    problems: [404, ...withBody],
  },
  {
    operationId: "readTokenGate",
    method: "get",
    path: "/token-gate",
    tag: "service",
    key: "operatorKey",
    summary: "See whether calls wait because Partner Center refuses the token",
    answers: { 200: { description: "The gate", schemas: ["GateView"] } },
    problems: [503],
  },
  {
    operationId: "openTokenGate",
    method: "post",
    path: "/token-gate/open",
    tag: "service",
    key: "operatorKey",
    summary: "Let calls go out again with the token that was refused",
    body: "OpenGateInput",
    answers: { 200: { description: "The gate as it is now", schemas: ["GateView"] } },
    problems: withBody,
  },
  {
    operationId: "health",
    method: "get",
    path: "/health",
    tag: "service",
    key: undefined,
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
    tag: "service",
    key: undefined,
    summary: "Read this description",
    answers: { 200: { description: "OpenAPI 3.1" } },
    problems: [],
  },
];

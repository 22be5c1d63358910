/** Calls of this instance to Partner Center, since its start and now. */
interface PaceFields {
  partnerCallsPerSecond: number;
  partnerHeldUntil?: string;
  customersSlowed: number;
  waiting: number;
  calls: number;
  throttled: number;
}

/** Every event that is logged, with its fields. No field ever holds a token, a key or a body. */
export interface Events {
  "request.accepted": { requestId: string; customerId: string; lane: string };
  "request.rejected": { status: number; problems: number };
  "request.notQueued": { requestId: string; what: string; why: string };
  "ticket.unverified": { source: string; problem: string; detail: string };
  "ticket.rejected": {
    source: string;
    ticket: string | undefined;
    problems: number;
    first: string | undefined;
  };
  "ticket.ignored": { source: string };
  "ticket.senderStopped": { source: string };
  "ticket.notNow": { source: string; why: string };
  "callback.delivered": { eventId: string; source: string; host: string; attempt: number; status: number };
  "callback.again": {
    eventId: string;
    source: string;
    host: string;
    attempt: number;
    why: string;
    waitMs: number;
  };
  "callback.off": { source: string; host: string };
  "callback.none": { eventId: string; source: string };
  "callback.givenUp": { eventId: string | undefined; category: string; why: string };
  "update.held": { requestId: string; category: string; why: string; waitMs: number; attempts: number };
  "update.readBack": { requestId: string; result: string };
  "update.applied": {
    requestId: string;
    customerId: string;
    status: number | undefined;
    alreadySo: boolean;
    warnings: number;
    attempts: number;
    msRequestId: string | undefined;
  };
  "update.refused": {
    requestId: string | undefined;
    customerId: string | undefined;
    category: string;
    owner: string;
    status: number | undefined;
    code: number | undefined;
    attempts: number;
    msRequestId: string | undefined;
    remedy: string;
  };
  "update.parked": { requestId: string; customerId: string; skuIds: string; until: string };
  "pace.state": PaceFields;
  "seats.checked": { parked: number; resumed: number; superseded: number; refused: number };
  "proof.noted": { requestId: string; result: string; why: string };
  "gate.closed": { category: string; refusals: number };
  "gate.opened": { by: string };
  "update.givenBack": { requestId: string; category: string; why: string; deliveryCount: number };
  "poison.captured": { requestId: string | undefined; category: string; brokerReason: string | undefined };
  "update.skipped": { requestId: string; newerRequestId: string };
  "update.repeated": { requestId: string; status: string | undefined };
  "update.discarded": { requestId: string; customerId: string; by: string };
  "poison.filed": { id: string; category: string; failures: number };
  "step.held": { what: string; why: string; waitMs: number };
  "ledger.failed": { requestId: string | undefined; why: string };
  "ledger.passedOver": { entries: number; ids: string; remedy: string };
  "ledger.cleaned": {
    requests: number;
    messages: number;
    operations: number;
    bodies: number;
    isDone: boolean;
  };
  "deadLetter.filed": { queue: string; sequenceNumber: string; id: string; why: string };
  "deadLetter.failed": {
    queue: string;
    sequenceNumber: string;
    failures: number;
    nextAt: string;
    why: string;
  };
  "deadLetter.alert": { queue: string; count: number; meaning: string; remedy: string };
  "deadLetters.unread": { queue: string; why: string };
  "operation.started": { operationId: string; kind: string; by: string };
  "operation.progress": {
    operationId: string;
    state: string;
    total: number;
    done: number;
    failed: number;
    skipped: number;
  };
  "operation.resumed": { operationId: string };
  "operation.messageLost": { operationId: string; state: string; why: string | undefined };
  "operation.unread": { operationId: string; why: string };
  "http.outOfReach": { what: string; why: string };
  "health.failed": { dependency: string; why: string };
  "token.renewed": { expiresInSeconds: number; hasRefreshToken: boolean };
  "token.cleaned": { disabled: number };
  "token.notRenewed": { why: string };
  "token.renewalStopped": { category: string; error: string; codes: string; remedy: string };
  "token.checked": { isElsewhere: boolean };
  "token.alert": { alert: string; severity: string; meaning: string; remedy: string };
  "token.unfit": { problem: string; remedy: string };
  "token.read": { expiresInSeconds: number | undefined };
}

type Level = "info" | "warn" | "error";

const levels: Readonly<Record<keyof Events, Level>> = {
  "request.accepted": "info",
  "request.rejected": "info",
  "request.notQueued": "error",
  "ticket.unverified": "warn",
  "ticket.rejected": "warn",
  "ticket.ignored": "info",
  "ticket.senderStopped": "error",
  "ticket.notNow": "error",
  "callback.delivered": "info",
  "callback.again": "warn",
  "callback.off": "error",
  "callback.none": "info",
  "callback.givenUp": "error",
  "update.held": "warn",
  "update.readBack": "info",
  "update.applied": "info",
  "update.refused": "warn",
  "update.parked": "info",
  "pace.state": "info",
  "seats.checked": "info",
  "proof.noted": "info",
  "gate.closed": "error",
  "gate.opened": "info",
  "update.givenBack": "warn",
  "poison.captured": "warn",
  "update.skipped": "warn",
  "update.repeated": "info",
  "update.discarded": "info",
  "poison.filed": "info",
  "step.held": "warn",
  "ledger.failed": "error",
  "ledger.passedOver": "error",
  "ledger.cleaned": "info",
  "deadLetter.filed": "warn",
  "deadLetter.failed": "error",
  "deadLetter.alert": "error",
  "deadLetters.unread": "error",
  "operation.started": "info",
  "operation.progress": "info",
  "operation.resumed": "warn",
  "operation.messageLost": "warn",
  "operation.unread": "error",
  "http.outOfReach": "error",
  "health.failed": "error",
  "token.renewed": "info",
  "token.cleaned": "info",
  "token.notRenewed": "error",
  "token.renewalStopped": "error",
  "token.checked": "info",
  "token.alert": "error",
  "token.unfit": "error",
  "token.read": "info",
};

export type Log = <E extends keyof Events>(event: E, fields: Events[E]) => void;

/** What an invocation context of Azure Functions offers for logging. */
export type LogSink = Readonly<Record<Level, (line: string) => void>>;

/** Events as one line of JSON each, so that Application Insights can take them apart. */
export const logTo =
  (sink: LogSink): Log =>
  (event, fields) => {
    sink[levels[event]](JSON.stringify({ event, ...fields }));
  };

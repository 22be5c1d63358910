import { z } from "zod";

import * as encode from "../amqp/encode.ts";
import { BrokerError, messageNotFound } from "../entity/brokerError.ts";
import type { Intake } from "../entity/intake.ts";
import { arrivalOf, type Settlement } from "../entity/message.ts";
import type { Entity } from "../entity/namespace.ts";
import type { Queue } from "../entity/queue.ts";
import { readContent } from "../message/readContent.ts";
import { writeMessage } from "../message/writeMessage.ts";
import type { ServerContext } from "./serverContext.ts";

/** Where a request goes: to an entity, on behalf of one of the client's links. */
export interface Target {
  readonly entity: Entity;
  readonly linkName: string | undefined;
  readonly context: ServerContext;
}

/** The body of the answer as an encoded value; undefined when there is nothing to say. */
type Operation = (target: Target) => (body: unknown) => Buffer | undefined;

const LONG = 0x81;
const TIMESTAMP = 0x83;

const bytes = z.instanceof(Buffer);
const token = bytes.transform((value) => value.toString("hex"));
const sequenceNumber = z.union([z.int(), z.bigint().transform(Number)]);
const sessionId = z.string();
const properties = z
  .instanceof(Map)
  .transform((map) => new Map([...map].map(([key, value]): [string, unknown] => [String(key), value])))
  .nullish();

const done = encode.map({});

const notPossible = (entity: Entity, what: string): BrokerError =>
  new BrokerError("amqp:not-allowed", `Cannot ${what} '${entity.path}'.`);

const queueOf = ({ entity }: Target): Queue => {
  if (entity.queue === undefined) throw notPossible(entity, "receive from");
  return entity.queue;
};

const intakeOf = ({ entity }: Target): Intake => {
  if (entity.intake === undefined) throw notPossible(entity, "send to");
  return entity.intake;
};

const define =
  <Schema extends z.ZodType>(
    schema: Schema,
    run: (body: z.output<Schema>, target: Target) => Buffer | undefined,
  ): Operation =>
  (target) =>
  (body) =>
    run(schema.parse(body), target);

const renewLock = define(z.object({ "lock-tokens": z.array(token) }), (body, target) =>
  encode.map({
    expirations: encode.array(
      body["lock-tokens"].map((each) => encode.timestamp(queueOf(target).renew(each))),
      TIMESTAMP,
    ),
  }),
);

const peekMessage = define(
  z.object({
    "from-sequence-number": sequenceNumber,
    "message-count": z.int(),
    "session-id": sessionId.nullish(),
  }),
  (body, { entity }) => {
    const from = body["from-sequence-number"];
    const session = body["session-id"] ?? undefined;
    const count = body["message-count"];
    const waiting = [...(entity.intake?.scheduled() ?? [])]
      .filter((message) => message.sequenceNumber >= from)
      .filter(({ content }) => session === undefined || content.sessionId === session);
    const messages = [...waiting, ...(entity.queue?.peek(from, count, session) ?? [])]
      .toSorted((a, b) => a.sequenceNumber - b.sequenceNumber)
      .slice(0, count);
    if (messages.length === 0) return undefined;
    const items = messages.map((message) => encode.map({ message: encode.binary(writeMessage(message)) }));
    return encode.map({ messages: encode.list(items) });
  },
);

const scheduleMessage = define(z.object({ messages: z.array(z.instanceof(Map)) }), ({ messages }, target) => {
  target.context.faults.check(target.entity.path);
  const arrivals = messages.map((entry) => arrivalOf(readContent(bytes.parse(entry.get("message")))));
  const numbers = intakeOf(target).schedule(arrivals);
  return encode.map({ "sequence-numbers": encode.array(numbers.map(encode.long), LONG) });
});

const cancelScheduledMessage = define(
  z.object({ "sequence-numbers": z.array(sequenceNumber) }),
  (body, target) => {
    const cancelled = body["sequence-numbers"].map((number) => intakeOf(target).cancel(number));
    if (cancelled.includes(false)) throw messageNotFound();
    return done;
  },
);

const receiveBySequenceNumber = define(
  z.object({
    "sequence-numbers": z.array(sequenceNumber),
    "receiver-settle-mode": z.int(),
    "session-id": sessionId.nullish(),
  }),
  (body, target) => {
    const queue = queueOf(target);
    const session = body["session-id"];
    const receiver =
      typeof session === "string" ? queue.requireSessions().holderOf(session, target.linkName) : undefined;
    const mode = body["receiver-settle-mode"] === 0 ? "receiveAndDelete" : "peekLock";
    const received = queue.receiveDeferred(body["sequence-numbers"], mode, receiver);
    const items = received.map(({ message, lock }) =>
      encode.map({
        message: encode.binary(writeMessage(message, lock?.untilMs)),
        ...(lock === undefined ? {} : { "lock-token": encode.uuid(lock.token) }),
      }),
    );
    return encode.map({ messages: encode.list(items) });
  },
);

const Disposition = z.object({
  "lock-tokens": z.array(token),
  // The misspelling is the protocol's
  "disposition-status": z.enum(["completed", "abandoned", "defered", "suspended"]),
  "deadletter-reason": z.string().nullish(),
  "deadletter-description": z.string().nullish(),
  "properties-to-modify": properties,
});

const toSettlement = (body: z.output<typeof Disposition>): Settlement => {
  const added = body["properties-to-modify"] ?? new Map<string, unknown>();
  switch (body["disposition-status"]) {
    case "completed":
      return { kind: "complete" };
    case "abandoned":
      return { kind: "abandon", added };
    case "defered":
      return { kind: "defer", added };
    case "suspended":
      return {
        kind: "deadLetter",
        reason: body["deadletter-reason"] ?? undefined,
        description: body["deadletter-description"] ?? undefined,
        added,
      };
    default:
      return body["disposition-status"] satisfies never;
  }
};

const updateDisposition = define(Disposition, (body, target) => {
  for (const each of body["lock-tokens"]) queueOf(target).settle(each, toSettlement(body));
  return done;
});

const WithSession = z.object({ "session-id": sessionId });

const renewSessionLock = define(WithSession, (body, target) => {
  const sessions = queueOf(target).requireSessions();
  const untilMs = sessions.renew(sessions.holderOf(body["session-id"], target.linkName));
  return encode.map({ expiration: encode.timestamp(untilMs) });
});

const setSessionState = define(
  z.object({ "session-id": sessionId, "session-state": bytes.nullish() }),
  (body, target) => {
    const sessions = queueOf(target).requireSessions();
    sessions.holderOf(body["session-id"], target.linkName);
    const state = body["session-state"];
    sessions.setState(body["session-id"], state ? Buffer.from(state) : undefined);
    return done;
  },
);

const getSessionState = define(WithSession, (body, target) => {
  const sessions = queueOf(target).requireSessions();
  sessions.holderOf(body["session-id"], target.linkName);
  const state = sessions.stateOf(body["session-id"]);
  return encode.map({ "session-state": state === undefined ? encode.nothing : encode.binary(state) });
});

const getMessageSessions = define(
  z.object({ "last-updated-time": z.date(), skip: z.int(), top: z.int() }),
  ({ "last-updated-time": since, skip, top }, target) => {
    // A time to come means: the sessions that have messages, whenever they changed
    const sinceMs = since.getTime() > target.context.clock.now() ? 0 : since.getTime();
    const ids = queueOf(target)
      .requireSessions()
      .list(sinceMs)
      .slice(skip, skip + top);
    if (ids.length === 0) return undefined;
    return encode.map({
      "sessions-ids": encode.list(ids.map(encode.string)),
      skip: encode.int(skip + ids.length),
    });
  },
);

/** What can be asked of an entity's $management node. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ["com.microsoft:renew-lock", renewLock],
  ["com.microsoft:peek-message", peekMessage],
  ["com.microsoft:schedule-message", scheduleMessage],
  ["com.microsoft:cancel-scheduled-message", cancelScheduledMessage],
  ["com.microsoft:receive-by-sequence-number", receiveBySequenceNumber],
  ["com.microsoft:update-disposition", updateDisposition],
  ["com.microsoft:renew-session-lock", renewSessionLock],
  ["com.microsoft:set-session-state", setSessionState],
  ["com.microsoft:get-session-state", getSessionState],
  ["com.microsoft:get-message-sessions", getMessageSessions],
]);

import { laneOf } from "../../shared/request/lane.ts";
import { parseRequest } from "../../shared/request/parse.ts";
import type { Stage } from "./stage.ts";

/** How a sample should end; what is left out should not be there. */
export interface Expected {
  readonly outcome: "applied" | "refused";
  readonly category?: string;
  readonly status?: number;
  readonly code?: number;
  /** Calls of licenseupdates; a range where time decides. */
  readonly attempts: number | { readonly atLeast: number };
}

/** One request, how it is sent, and how it should end. */
export interface Sample {
  readonly name: string;
  readonly asked: string;
  readonly requestId: string;
  /** The id under which a message that is no request is filed. */
  readonly poisonId?: string;
  readonly send: (stage: Stage) => Promise<void>;
  readonly expected: Expected;
  /** What else should be true in the end; the sentence says what is not. */
  readonly check?: (stage: Stage) => string | undefined;
  /** Takes its time: the next samples do not wait for it. */
  readonly background?: boolean;
}

/** What is asked for: the fields of a request but for its id. */
export type Wish = Readonly<Record<string, unknown>>;

/** Sends a request over HTTP. Rejects unless it is accepted. */
export const submit = async (stage: Stage, requestId: string, wish: Wish): Promise<void> => {
  const status = await stage.api.submit({ requestId, ...wish });
  if (status !== 202) throw new Error(`POST /api/license-updates answered ${status}`);
};

/** Puts a request on the queue, as another service does. */
export const enqueue = async (stage: Stage, requestId: string, wish: Wish): Promise<void> => {
  const parsed = parseRequest({ requestId, ...wish });
  if (!parsed.ok) throw new Error("The sample is not a request");
  await stage.enqueue({
    messageId: requestId,
    sessionId: laneOf(parsed.request, 4),
    contentType: "application/json",
    body: parsed.request,
  });
};

const idOf = (name: string): string => `demo-${name}`;

/** A sample that is one request over HTTP, after the stage was set for it. */
export const overHttp = (
  name: string,
  asked: string,
  wish: Wish,
  expected: Expected,
  setStage: (stage: Stage) => void = () => undefined,
): Sample => {
  const requestId = idOf(name);
  const send = async (stage: Stage): Promise<void> => {
    setStage(stage);
    await submit(stage, requestId, wish);
  };
  return { name, asked, requestId, send, expected };
};

/** A sample with a way of its own to be sent. */
export const sent = (
  name: string,
  asked: string,
  send: (stage: Stage, requestId: string) => Promise<void>,
  expected: Expected,
): Sample => {
  const requestId = idOf(name);
  return { name, asked, requestId, send: (stage) => send(stage, requestId), expected };
};

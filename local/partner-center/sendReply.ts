import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { contentTypeOf, toBytes, type Answer, type Wording } from "./answer.ts";
import type { BodyFault, Reply } from "./answerCall.ts";
import type { IncomingCall } from "./incomingCall.ts";

export interface SendOptions {
  readonly call: IncomingCall;
  readonly wording: Wording;
  /** Says that the server stops. */
  readonly signal: AbortSignal;
  /** Told when the answer is on its way. */
  readonly onAnswer: (status: number, code: number | undefined) => void;
}

const CHUNK_BYTES = 64 * 1024;

const headersOf = (answer: Answer, { call }: SendOptions): Record<string, string> => ({
  ...(answer.body === undefined ? {} : { "content-type": contentTypeOf(answer) }),
  "ms-requestid": call.msRequestId,
  "ms-correlationid": call.correlationId,
  "ms-cv": call.header("ms-cv") ?? `${randomBytes(12).toString("base64")}.0`,
  "ms-serverid": "LOCAL-1",
  ...answer.headers,
});

async function* inDrops(
  bytes: Buffer,
  { chunkBytes, everyMs }: Extract<BodyFault, { kind: "slowBody" }>,
  signal: AbortSignal,
) {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes);
    await sleep(everyMs, undefined, { signal });
  }
}

function* padded(body: Buffer, { bytes }: Extract<BodyFault, { kind: "hugeBody" }>) {
  yield body;
  for (let left = bytes - body.length; left > 0; left -= CHUNK_BYTES)
    yield Buffer.alloc(Math.min(left, CHUNK_BYTES), " ");
}

const sendBody = async (
  response: ServerResponse,
  bytes: Buffer,
  manner: BodyFault | undefined,
  signal: AbortSignal,
): Promise<void> => {
  switch (manner?.kind) {
    case undefined:
      response.end(bytes);
      break;
    case "truncate":
      response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
      break;
    case "slowBody":
      await pipeline(inDrops(bytes, manner, signal), response);
      break;
    case "hugeBody":
      await pipeline(padded(bytes, manner), response);
      break;
    default:
      manner satisfies never;
  }
};

/** Lets the client see what was decided. Rejects when the client goes away in the middle of a body. */
export const sendReply = async (
  response: ServerResponse,
  reply: Reply,
  options: SendOptions,
): Promise<void> => {
  if (reply.kind === "silence" || response.destroyed) return;
  if (reply.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const { answer, manner } = reply;
  const bytes = toBytes(answer, options.wording);
  const length = manner === undefined || manner.kind === "truncate" ? { "content-length": bytes.length } : {};
  const headers = { ...length, ...headersOf(answer, options) };
  response.writeHead(answer.status, answer.reason, headers);
  options.onAnswer(answer.status, answer.code);
  await sendBody(response, bytes, manner, options.signal);
};

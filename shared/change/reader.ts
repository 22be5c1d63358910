import { randomUUID } from "node:crypto";

import type { Log } from "../log.ts";
import type { Reader } from "../partner-center/client.ts";
import type { TokenGate } from "../token/tokenGate.ts";
import type { TokenSource } from "../token/tokenSource.ts";

/** Thrown when Partner Center cannot be read now; holds no token. */
export class CannotRead extends Error {
  override readonly name = "CannotRead";
  readonly retryAfterMs: number;
  constructor(why: string, retryAfterMs = 0) {
    super(why);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A reader for what is no call of a request's own. @throws {CannotRead} when there is no token for it */
export type GetReader = (log: Log) => Promise<Reader>;

export const makeGetReader =
  (tokens: TokenSource, gate: Pick<TokenGate, "closedFor">): GetReader =>
  async (log) => {
    const current = await tokens.current(log);
    if (current.kind === "none") throw new CannotRead(current.why);
    const { token } = current;
    const closed = await gate.closedFor(token);
    if (closed !== undefined) throw new CannotRead(closed);
    return { token: token.value, requestId: randomUUID() };
  };

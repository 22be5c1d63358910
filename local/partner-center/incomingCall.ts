import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { readBody } from "../readBody.ts";
import { findRoute, type Found } from "./findRoute.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/** A call whose request is there in whole. */
export interface IncomingCall {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly route: Found;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer | "tooLarge";
  /** As sent; made here when the client sent none. */
  readonly msRequestId: string;
  readonly correlationId: string;
}

/** Reads a call to its end. Rejects when the client goes away. */
export const readCall = async (request: IncomingMessage): Promise<IncomingCall> => {
  const { method = "GET", url: target = "/" } = request;
  const [path = "/", query = ""] = target.split("?", 2);
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return {
    method,
    target,
    route: findRoute(method, path),
    query: new URLSearchParams(query),
    header,
    body: await readBody(request, MAX_BODY_BYTES),
    msRequestId: header("ms-requestid") ?? randomUUID(),
    correlationId: header("ms-correlationid") ?? randomUUID(),
  };
};

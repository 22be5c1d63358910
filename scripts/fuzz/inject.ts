import { IncomingMessage, ServerResponse, type IncomingHttpHeaders, type Server } from "node:http";
import { Socket } from "node:net";

import type { HttpCase } from "./fuzzCase.ts";

/** A connection without a network: what is written to it is kept. */
class Sink extends Socket {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
  override _writev(
    chunks: readonly { readonly chunk: unknown; readonly encoding: BufferEncoding }[],
    done: (error?: Error) => void,
  ): void {
    for (const { chunk } of chunks)
      if (typeof chunk === "string" || chunk instanceof Uint8Array) this.chunks.push(Buffer.from(chunk));
    done();
  }
}

/** Of these Node.js keeps the first; the values of all others it joins. */
const single = new Set(["authorization", "content-length", "content-type", "host", "if-none-match", "range"]);

const toHeaders = (pairs: HttpCase["headers"], length: number): IncomingHttpHeaders => {
  const headers = new Map<string, string>();
  for (const [name, value] of pairs) {
    const known = headers.get(name);
    if (known === undefined) headers.set(name, value);
    else if (!single.has(name)) headers.set(name, `${known}${name === "cookie" ? "; " : ", "}${value}`);
  }
  if (length > 0) headers.set("content-length", String(length));
  return Object.fromEntries(headers);
};

export interface Injected {
  /** 0 when the connection was cut. */
  readonly status: number;
  readonly body: () => string;
}

/** Hands a call to a server as if it had come over a connection, and waits for the answer. */
export const inject = (
  server: Server,
  { method, target, headers, body }: Pick<HttpCase, "method" | "target" | "headers" | "body">,
): Promise<Injected> =>
  new Promise((resolve) => {
    const socket = new Sink();
    const request = new IncomingMessage(socket);
    request.method = method;
    request.url = target;
    request.httpVersion = "1.1";
    request.httpVersionMajor = 1;
    request.httpVersionMinor = 1;
    request.headers = toHeaders(headers, body.length);
    if (body.length > 0) request.push(body);
    request.push(null);
    request.complete = true;
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    const end = (status: number): void => {
      const answer = Buffer.concat(socket.chunks);
      resolve({ status, body: () => answer.subarray(answer.indexOf("\r\n\r\n") + 4).toString("utf8") });
      socket.destroy();
    };
    response.once("finish", () => end(response.statusCode));
    response.once("close", () => end(0));
    server.emit("request", request, response);
  });

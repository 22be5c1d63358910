import { Agent, type Dispatcher } from "undici";

/** Bounds of every call, in milliseconds and bytes. */
export interface TransportSettings {
  readonly baseUrl: URL;
  readonly connectTimeoutMs: number;
  /** From the call to the end of the answer. */
  readonly answerTimeoutMs: number;
  readonly connectionsMax: number;
}

/** An error code here means that not one byte of the call can have reached the server. */
const NOT_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  // A header that cannot be one, such as a token with a line break in it
  "UND_ERR_INVALID_ARG",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

export type Raw =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly header: (name: string) => string | undefined;
      readonly body: Uint8Array;
      /** False when the body broke off or went past its bound. */
      readonly whole: boolean;
    }
  | {
      readonly kind: "failure";
      readonly sent: boolean;
      readonly why: string;
      /** It is known when it may be tried again: the call was held back on this side. */
      readonly retryAfterMs?: number;
    };

export interface Outgoing {
  readonly method: "GET" | "POST" | "PATCH";
  /** The customer whom the call is about. */
  readonly customerId: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A customer with many subscriptions has a list of some hundred KiB: every SKU with all of its plans. */
const BODY_MAX = { GET: 8 * 1024 * 1024, POST: 64 * 1024, PATCH: 64 * 1024 } as const;

type Chunks = AsyncIterable<Uint8Array> & { destroy(): unknown };

const readBody = async (stream: Chunks, maxBytes: number): Promise<{ body: Uint8Array; whole: boolean }> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > maxBytes) {
        stream.destroy();
        return { body: new Uint8Array(), whole: false };
      }
      chunks.push(chunk);
    }
    return { body: Buffer.concat(chunks), whole: true };
  } catch {
    return { body: new Uint8Array(), whole: false };
  }
};

const errorCodeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : errorCodeOf(error.cause);
};

const toFailure = (error: unknown, timedOut: boolean): Raw => {
  const code = errorCodeOf(error);
  return {
    kind: "failure",
    sent: code === undefined || !NOT_SENT.has(code),
    why: timedOut ? "no answer in time" : `no answer: ${code ?? "connection failed"}`,
  };
};

export type Send = (outgoing: Outgoing) => Promise<Raw>;

export interface Transport {
  readonly send: Send;
  close(): Promise<void>;
}

const headerOf =
  (headers: Dispatcher.ResponseData["headers"]) =>
  (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };

/**
 * One bounded pool of kept-alive connections. Never throws, never repeats a call, never follows a redirect:
 * what happens next is decided by whoever called.
 */
export const makeTransport = (settings: TransportSettings): Transport => {
  const { baseUrl, connectTimeoutMs, answerTimeoutMs, connectionsMax } = settings;
  const agent = new Agent({
    connections: connectionsMax,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    pipelining: 1,
  });
  const prefix = baseUrl.pathname.replace(/\/$/, "");

  const send: Send = async ({ method, path, headers, body }) => {
    // Over all: connecting, a wait for a free connection, and a body that drips
    const deadline = AbortSignal.timeout(connectTimeoutMs + answerTimeoutMs);
    try {
      const response = await agent.request({
        origin: baseUrl.origin,
        path: `${prefix}${path}`,
        method,
        headers: { ...headers },
        body: body ?? null,
        signal: deadline,
      });
      const { statusCode: status } = response;
      return {
        kind: "response",
        status,
        header: headerOf(response.headers),
        ...(await readBody(response.body, BODY_MAX[method])),
      };
    } catch (error) {
      return toFailure(error, deadline.aborted || errorCodeOf(error) === "UND_ERR_HEADERS_TIMEOUT");
    }
  };
  return { send, close: () => agent.close() };
};

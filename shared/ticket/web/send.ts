import { Agent, request } from "undici";

import { isLoopback } from "../../loopback.ts";
import { present } from "../../present.ts";
import { assertAddressAllowed, makeGuardedLookup, type Resolve } from "./addresses.ts";
import { WebError } from "./errors.ts";

export interface WebRequest {
  readonly url: URL;
  readonly method: "GET" | "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The address is an operator's own word: a private one will do. */
  readonly isTrusted?: boolean;
}

export interface WebAnswer {
  readonly status: number;
  /** Seconds, as the header says; undefined when it does not. */
  readonly retryAfterSeconds?: number;
  readonly text: string;
}

/** One call to the outside, with bounds; redirects are not followed. @throws {WebError} */
export type SendWeb = (call: WebRequest) => Promise<WebAnswer>;

export interface WebOptions {
  readonly timeoutMs: number;
  /** Hosts that may be called; undefined means any public one. */
  readonly hosts: readonly string[] | undefined;
  /** Plain HTTP and this machine: only where a local setting says so. */
  readonly allowLoopback: boolean;
  readonly resolve?: Resolve;
}

const CONNECT_MS = 5000;
const ANSWER_MAX_BYTES = 64 * 1024;

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
};

const toWebError = (url: URL, error: unknown): WebError => {
  if (error instanceof WebError) return error;
  if (error instanceof Error && error.cause instanceof WebError) return error.cause;
  const name = error instanceof Error ? error.name : "";
  const code = codeOf(error);
  if (name === "TimeoutError" || code.includes("TIMEOUT"))
    return new WebError("timeout", `"${url.host}" did not answer in time`);
  return new WebError(
    "unreachable",
    `"${url.host}" cannot be reached${/^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : ""}`,
  );
};

const retryAfterOf = (header: string | string[] | undefined): { readonly retryAfterSeconds?: number } => {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return {};
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? {} : { retryAfterSeconds: Math.max(0, Math.round(seconds)) };
};

/** Reads at most so many bytes, and leaves when there are more. @throws {WebError} tooLarge */
const readText = async (body: AsyncIterable<Uint8Array>, host: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) throw new WebError("tooLarge", `"${host}" answered with too many bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

export const makeSendWeb = ({ timeoutMs, hosts, allowLoopback, resolve }: WebOptions): SendWeb => {
  const rules = { allowLoopback };
  const connect = { timeout: CONNECT_MS };
  const bounds = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, pipelining: 1, connections: 16 };
  const guarded = new Agent({
    ...bounds,
    connect: { ...connect, lookup: makeGuardedLookup(rules, resolve) },
  });
  const open = new Agent({ ...bounds, connect });

  const assertAllowed = ({ url, isTrusted = false }: WebRequest): void => {
    const isLocal = allowLoopback && isLoopback(url);
    if (url.protocol !== "https:" && !isLocal)
      throw new WebError("blocked", `"${url.host}" may only be called with https://`);
    if (url.username !== "" || url.password !== "")
      throw new WebError(
        "blocked",
        `the address of "${url.host}" holds a user or a password; leave them out`,
      );
    if (hosts !== undefined && !hosts.includes(url.hostname))
      throw new WebError("blocked", `"${url.hostname}" is not among CALLBACK_HOSTS`);
    if (!isTrusted) assertAddressAllowed(url.hostname, rules);
  };

  return async (call) => {
    const { url, method, headers, body, isTrusted = false } = call;
    assertAllowed(call);
    try {
      const answer = await request(url, {
        method,
        headers,
        ...present({ body }),
        dispatcher: isTrusted ? open : guarded,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await readText(answer.body, url.host);
      return { status: answer.statusCode, text, ...retryAfterOf(answer.headers["retry-after"]) };
    } catch (error) {
      throw toWebError(url, error);
    }
  };
};

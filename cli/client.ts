import { setTimeout as sleep } from "node:timers/promises";

import { request as httpRequest } from "undici";
import type { z } from "zod";

import { ProblemView } from "../shared/http/api/views.ts";
import { isLoopback } from "../shared/loopback.ts";
import { present } from "../shared/present.ts";
import { CliError, EXIT } from "./errors.ts";

export interface ClientOptions {
  readonly url: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

type Method = "GET" | "POST" | "PUT";

/** What goes out: bytes, and what is said about them. */
interface Payload {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

const toPayload = (body: object): Payload => ({
  bytes: Buffer.from(JSON.stringify(body)),
  headers: { "content-type": "application/json" },
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

/** The HTTP API of a deployment. Every call throws a CliError for an answer that is not what was asked for. */
export interface Client {
  /** @param path below /api, or the absolute address of a next page */
  readonly get: <S extends z.ZodType>(schema: S, path: string) => Promise<z.output<S>>;
  readonly send: <S extends z.ZodType>(
    method: Method,
    schema: S,
    path: string,
    body: object,
  ) => Promise<z.output<S>>;
  /** Posts bytes as they are, with headers of their own. */
  readonly sendBytes: <S extends z.ZodType>(
    schema: S,
    path: string,
    payload: Payload,
  ) => Promise<z.output<S>>;
  /** The answer as it is, a refusal too; what passes is tried again until `patienceMs` is over. */
  readonly post: (path: string, body: object, patienceMs: number) => Promise<Answer>;
}

const TIMEOUT_MS = 60_000;
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
const PASSES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
const PAUSE_MS = 1000;

const toBase = (url: string): URL => {
  if (!URL.canParse(url)) {
    throw new CliError(
      EXIT.usage,
      `Cannot use --url "${url}": not a URL; write https://<app>.azurewebsites.net`,
    );
  }
  const base = new URL(url);
  if (base.protocol !== "https:" && !(base.protocol === "http:" && isLoopback(base))) {
    throw new CliError(
      EXIT.usage,
      `Cannot use --url "${base.origin}": a key goes over https only; write https://`,
    );
  }
  base.pathname = `${base.pathname.replace(/\/+$/, "").replace(/\/api$/, "")}/api/`;
  base.search = "";
  return base;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const sentenceOf = (body: unknown): string => {
  const { data } = ProblemView.safeParse(body);
  if (data === undefined) return "";
  const errors = (data.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
  return [data.detail, ...errors].join("; ");
};

const toError = ({ status, body }: Answer, what: string): CliError => {
  if (status === 401)
    return new CliError(
      EXIT.noAnswer,
      `Cannot ${what}: the key is not accepted; set --key or LICENSE_RELAY_KEY (operators have a key of their own)`,
    );
  const why = sentenceOf(body) || `the answer is ${status}`;
  const code = status === 404 ? EXIT.notFound : status >= 500 || status === 429 ? EXIT.noAnswer : EXIT.usage;
  return new CliError(code, `Cannot ${what}: ${why}`);
};

export const makeClient = ({ url, key, signal }: ClientOptions): Client => {
  const base = toBase(url);

  const call = async (method: Method, path: string, payload?: Payload): Promise<Answer> => {
    const address = new URL(path, base);
    // A next page comes from the answer: the key goes nowhere else
    if (address.origin !== base.origin)
      throw new CliError(EXIT.noAnswer, `Cannot follow "${address.origin}": not ${base.origin}`);
    try {
      const response = await httpRequest(address, {
        method,
        headers: {
          "x-functions-key": key,
          ...payload?.headers,
        },
        ...present({ body: payload?.bytes }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      const bytes = await response.body.bytes();
      if (bytes.length > ANSWER_MAX_BYTES)
        throw new CliError(EXIT.noAnswer, "Cannot read the answer: it is too large");
      const seconds = Number(response.headers["retry-after"]);
      return {
        status: response.statusCode,
        body: parse(Buffer.from(bytes).toString("utf8")),
        retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
      };
    } catch (error) {
      if (error instanceof CliError) throw error;
      if (signal.aborted) throw new CliError(EXIT.interrupted, "Interrupted");
      throw new CliError(
        EXIT.noAnswer,
        `Cannot reach ${base.origin}: no answer; check --url, and that it runs`,
      );
    }
  };

  const read = <S extends z.ZodType>(schema: S, answer: Answer, what: string): z.output<S> => {
    if (answer.status >= 300) throw toError(answer, what);
    const { success, data } = schema.safeParse(answer.body);
    if (!success)
      throw new CliError(
        EXIT.noAnswer,
        `Cannot ${what}: ${base.origin} does not answer as license-relay does; check --url`,
      );
    return data;
  };

  return {
    get: async (schema, path) => read(schema, await call("GET", path), `read ${path.split("?")[0] ?? ""}`),
    send: async (method, schema, path, body) => read(schema, await call(method, path, toPayload(body)), path),
    sendBytes: async (schema, path, payload) => read(schema, await call("POST", path, payload), path),
    async post(path, body, patienceMs) {
      const endMs = Date.now() + patienceMs;
      const payload = toPayload(body);
      for (;;) {
        const tried = await call("POST", path, payload).catch((error: unknown) => {
          if (error instanceof CliError && error.exitCode === EXIT.noAnswer) return error;
          throw error;
        });
        const waitMs = tried instanceof CliError ? PAUSE_MS : (tried.retryAfterMs ?? PAUSE_MS);
        const passes = tried instanceof CliError || PASSES.has(tried.status);
        if (!passes || Date.now() + waitMs > endMs) {
          if (tried instanceof CliError) throw tried;
          if (tried.status === 401) throw toError(tried, "send");
          return tried;
        }
        await sleep(waitMs, undefined, { signal }).catch(() => {
          throw new CliError(EXIT.interrupted, "Interrupted");
        });
      }
    },
  };
};

/** The reason of a refused answer, in one sentence. */
export const reasonOf = ({ status, body }: Answer): string => sentenceOf(body) || `answered ${status}`;

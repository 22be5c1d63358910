import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { z } from "zod";

import { readBody } from "../readBody.ts";
import type { RegisteredFunction } from "./coreModule.ts";
import { emptyAnswer, fromRpcHttp, type HttpAnswer } from "./fromRpcHttp.ts";
import type { Invoke } from "./invoke.ts";
import { isAllowed, readKey, type AuthLevel, type Keys } from "./keys.ts";
import { compareRoutes, matchRoute, parseRoute, type Route } from "./routes.ts";
import { toRpcHttp } from "./toRpcHttp.ts";
import { within } from "./within.ts";
import type { Work } from "./work.ts";

const MAX_BODY_BYTES = 104_857_600;

/** A function that HTTP starts. */
export interface HttpFunction {
  readonly fn: RegisteredFunction;
  readonly bindingName: string;
  readonly route: Route;
  /** In capitals; empty means any. */
  readonly methods: readonly string[];
  readonly authLevel: AuthLevel;
}

const lowerCase = z.string().toLowerCase();
const HttpBinding = z.object({
  route: z.string().optional(),
  methods: z.array(z.string().toUpperCase()).default([]),
  authLevel: lowerCase.pipe(z.enum(["anonymous", "function", "admin"])).default("function"),
});

/** Reads an HTTP trigger. @throws {Error} when its route or level is not supported */
export const toHttpFunction = (
  fn: RegisteredFunction,
  bindingName: string,
  binding: unknown,
  routePrefix: string,
): HttpFunction => {
  const { success, data, error } = HttpBinding.safeParse(binding);
  if (!success) throw new Error(`Cannot serve "${fn.metadata.name}": ${z.prettifyError(error)}`);
  const { route = fn.metadata.name, methods, authLevel } = data;
  return { fn, bindingName, methods, authLevel, route: parseRoute(routePrefix, route) };
};

export interface HttpServerOptions {
  readonly functions: readonly HttpFunction[];
  readonly keysOf: (functionName: string) => Keys;
  readonly invoke: Invoke;
  readonly work: Work;
  /** After this long the caller gets 504, whatever the function does. */
  readonly responseLimitMs: number;
  /** Starts a function that is not called by HTTP; undefined when there is no such function. */
  readonly runByHand: (functionName: string) => (() => Promise<void>) | undefined;
}

/** As in Azure: POST /admin/functions/{name}, with the master key, runs a function now. */
const ADMIN = /^\/admin\/functions\/(?<name>[^/]+)$/;

const homePage: HttpAnswer = {
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: Buffer.from(
    "<!doctype html><title>Functions host</title><p>The functions host is up and running.</p>\n",
  ),
};

const readUrl = (request: IncomingMessage): URL | undefined => {
  const { url = "/", headers } = request;
  return url.startsWith("/")
    ? (URL.parse(`http://${headers.host ?? "localhost"}${url}`) ?? undefined)
    : undefined;
};

// Without streaming, Azure hands over a body only when its length was announced
const readAnnouncedBody = async (request: IncomingMessage): Promise<Buffer | "tooLarge"> => {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) return "tooLarge";
  if (announced > 0) return readBody(request, MAX_BODY_BYTES);
  request.resume();
  return Buffer.alloc(0);
};

const send = (response: ServerResponse, { status, headers, body }: HttpAnswer): void => {
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, { ...headers, ...(hasBody ? { "content-length": body.length } : {}) });
  response.end(hasBody ? body : undefined);
};

/** The server of all HTTP functions; it does not listen yet. */
export const createHttpServer = ({
  functions,
  keysOf,
  invoke,
  work,
  responseLimitMs,
  runByHand,
}: HttpServerOptions): Server => {
  const inOrder = functions.toSorted((a, b) => compareRoutes(a.route, b.route));

  const find = (method: string, pathname: string) => {
    for (const candidate of inOrder) {
      if (candidate.methods.length > 0 && !candidate.methods.includes(method)) continue;
      const parameters = matchRoute(candidate.route, pathname);
      if (parameters !== undefined) return { ...candidate, parameters };
    }
    return undefined;
  };

  const run = async (
    { fn, bindingName, parameters }: HttpFunction & { parameters: Record<string, string> },
    request: IncomingMessage,
    url: URL,
  ): Promise<HttpAnswer> => {
    const { method = "GET", headers } = request;
    const body = await readAnnouncedBody(request);
    if (body === "tooLarge") return { ...emptyAnswer(413), headers: { connection: "close" } };
    const data = toRpcHttp({ method, url, headers, parameters, body });
    const task = invoke(fn, { inputData: [{ name: bindingName, data }], triggerMetadata: {} }).then(
      ({ returnValue }) => fromRpcHttp(returnValue),
      () => emptyAnswer(500),
    );
    return within(responseLimitMs, task).catch(() => emptyAnswer(504));
  };

  const answerAdmin = (name: string, key: string): HttpAnswer => {
    if (!isAllowed("admin", key, keysOf(name))) return emptyAnswer(401);
    const start = runByHand(name);
    if (start === undefined) return emptyAnswer(404);
    void work.run(start);
    return emptyAnswer(202);
  };

  const answer = async (request: IncomingMessage): Promise<HttpAnswer> => {
    const url = readUrl(request);
    if (url === undefined) return emptyAnswer(400);
    const byHand = request.method === "POST" ? ADMIN.exec(url.pathname)?.groups?.["name"] : undefined;
    if (byHand !== undefined) {
      const given = request.headers["x-functions-key"];
      request.resume();
      return answerAdmin(byHand, readKey(Array.isArray(given) ? given[0] : given, url.searchParams));
    }
    const found = find(request.method ?? "GET", url.pathname);
    if (found === undefined) return url.pathname === "/" ? homePage : emptyAnswer(404);
    const header = request.headers["x-functions-key"];
    const key = readKey(Array.isArray(header) ? header[0] : header, url.searchParams);
    if (!isAllowed(found.authLevel, key, keysOf(found.fn.metadata.name))) return emptyAnswer(401);
    return run(found, request, url);
  };

  return createServer((request, response) => {
    const task = work.run(async () => send(response, await answer(request)));
    // The client went away, or the function gave a header that HTTP does not allow
    task.catch(() => (response.headersSent ? response.destroy() : send(response, emptyAnswer(500))));
  });
};

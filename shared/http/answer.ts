import type { HttpHandler, HttpRequest, HttpResponseInit } from "@azure/functions";
import type { z } from "zod";

import { LedgerError } from "../ledger/table/errors.ts";
import { logTo, type Log } from "../log.ts";
import type { Problem } from "../request/parse.ts";
import { readForeign, readForeignJson, type ForeignRead } from "../request/readForeign.ts";
import { readBody } from "./body.ts";
import { problemResponse, type ProblemStatus } from "./problem.ts";

/** Thrown by a handler to answer with a problem. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: ProblemStatus;
  readonly errors: readonly Problem[];
  constructor(status: ProblemStatus, detail: string, errors: readonly Problem[] = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

const OUT_OF_REACH: ReadonlyMap<string, string> = new Map([
  ["LedgerError", "ledger"],
  ["QueueError", "queue"],
  ["CannotRead", "Partner Center"],
]);

const sentenceOf = (what: string, error: Error): string =>
  what === "Partner Center"
    ? `Partner Center cannot be asked now: ${error.message}; ask again in a moment`
    : `The ${what} is out of reach; ask again in a moment`;

/**
 * A handler whose trouble is answered as a problem: 503 when what it needs is out of reach, 500 when what it asks for
 * cannot be read, which asking again does not change.
 */
export const answering =
  (handler: (request: HttpRequest, log: Log) => Promise<HttpResponseInit>): HttpHandler =>
  async (request, context) => {
    const log = logTo(context);
    try {
      return await handler(request, log);
    } catch (error) {
      if (error instanceof HttpProblem) return problemResponse(error.status, error.message, error.errors);
      const what = error instanceof Error ? OUT_OF_REACH.get(error.name) : undefined;
      if (what === undefined || !(error instanceof Error)) throw error;
      log("http.outOfReach", { what, why: error.message });
      if (error instanceof LedgerError && error.code === "unreadable")
        return problemResponse(500, error.message);
      return problemResponse(503, sentenceOf(what, error));
    }
  };

const CORRECT = "Correct what errors names and send it again";

const valueOf = <T>(read: ForeignRead<T>): T => {
  if (!read.ok) throw new HttpProblem(400, CORRECT, read.problems);
  return read.value;
};

/** The query of a request, parsed. @throws {HttpProblem} 400 with everything that is wrong */
export const readQuery = <S extends z.ZodType>({ query }: HttpRequest, schema: S): z.output<S> => {
  // The host takes a key from "code"; it is no part of the query
  const given = Object.fromEntries([...query.entries()].filter(([name]) => name !== "code"));
  return valueOf(readForeign(schema, given));
};

/** The JSON body of a request, parsed. @throws {HttpProblem} with everything that is wrong */
export const readInput = async <S extends z.ZodType>(
  request: HttpRequest,
  schema: S,
): Promise<z.output<S>> => {
  const body = await readBody(request);
  if (!body.ok) throw new HttpProblem(body.status, body.detail);
  return valueOf(readForeignJson(schema, body.bytes));
};

/** A parameter of the route. */
export const routeId = ({ params }: HttpRequest, name: string): string => {
  const id = params[name] ?? "";
  if (/^(?!\.{1,2}$)~?[A-Za-z0-9._:-]{1,100}$/.test(id)) return id;
  throw new HttpProblem(400, CORRECT, [{ pointer: `/${name}`, detail: "is not an id that can exist here" }]);
};

/** 200 with JSON that is not kept by caches. */
export const ok = (jsonBody: unknown): HttpResponseInit => ({
  status: 200,
  headers: { "cache-control": "no-store" },
  jsonBody,
});

import { HttpRequest, InvocationContext } from "@azure/functions";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { CannotRead } from "../../shared/change/reader.ts";
import { answering, HttpProblem, ok, readInput, routeId } from "../../shared/http/answer.ts";
import { readBody } from "../../shared/http/body.ts";
import { readDelivery } from "../../shared/http/delivery.ts";
import { operatorName } from "../../shared/http/operator.ts";
import { LedgerError } from "../../shared/ledger/table/errors.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";

const JSON_HEADERS = { "content-type": "application/json" };
const aCall = (text: string, headers: Record<string, string> = JSON_HEADERS, params = {}): HttpRequest =>
  new HttpRequest({
    method: "POST",
    url: "https://relay.example/api/poison/discard",
    headers,
    params,
    body: { string: text },
  });

describe("answering()", () => {
  /** What is answered, and what is logged, when a handler ends so. */
  const answerTo = async (thrown?: Error) => {
    const logged: string[] = [];
    const context = new InvocationContext({
      functionName: "f",
      logHandler: (_level, ...args) => logged.push(args.map(String).join(" ")),
    });
    const end = async () => {
      await Promise.resolve();
      if (thrown !== undefined) throw thrown;
      return ok({ a: 1 });
    };
    const handler = answering(end);
    const answer = await handler(aCall("{}"), context);
    const { status, body, jsonBody }: { status?: number; body?: unknown; jsonBody?: unknown } = answer ?? {};
    return { status, body: typeof body === "string" ? (JSON.parse(body) as unknown) : jsonBody, logged };
  };

  test("lets an answer pass", async () => {
    expect(await answerTo()).toMatchObject({ status: 200, body: { a: 1 }, logged: [] });
  });

  test("answers with the problem that a handler names", async () => {
    const errors = [{ pointer: "/by", detail: "is missing" }];
    expect(await answerTo(new HttpProblem(400, "Say who asks", errors))).toMatchObject({
      status: 400,
      body: { detail: "Say who asks", errors },
      logged: [],
    });
  });

  test.each([
    ["the ledger", new LedgerError("unreachable", "no answer"), /The ledger is out of reach/],
    ["Partner Center", new CannotRead("no token"), /Partner Center cannot be asked now: no token;/],
  ])("answers 503 when %s is out of reach, and logs why", async (_, error, detail) => {
    const { status, body, logged } = await answerTo(error);
    expect(status).toBe(503);
    expect(z.object({ detail: z.string() }).parse(body).detail).toMatch(detail);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain("http.outOfReach");
    expect(logged[0]).toContain(error.message);
  });

  test("answers 500 for what cannot be read, and says which row that is", async () => {
    const why = 'row "entry" of "request-1" is not what was written; restore it or remove it';
    const { status, body, logged } = await answerTo(new LedgerError("unreadable", why));
    expect([status, body]).toMatchObject([500, { detail: `Cannot use the ledger: ${why}` }]);
    expect(logged).toHaveLength(1);
  });

  test("does not hide a defect", async () => {
    await expect(answerTo(new TypeError("a defect"))).rejects.toThrow("a defect");
  });
});

describe("readInput()", () => {
  const schema = z.strictObject({ by: z.string() });

  test("reads a body", async () => {
    expect(await readInput(aCall('{"by":"kim"}'), schema)).toEqual({ by: "kim" });
  });

  test.each([
    ["no JSON", "?", JSON_HEADERS, 400, ""],
    ["a field that is wrong", '{"by":1}', JSON_HEADERS, 400, "/by"],
    ["another type", "{}", { "content-type": "text/plain" }, 415, undefined],
  ])("says what is wrong with %s", async (_, text, headers, status, pointer) => {
    const problem = await readInput(aCall(text, headers), schema).catch((error: unknown) => error);
    if (!(problem instanceof HttpProblem)) throw new Error("It was taken");
    expect([problem.status, problem.errors[0]?.pointer]).toEqual([status, pointer]);
  });
});

describe("readBody()", () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ["JSON", JSON_HEADERS, undefined],
    ["a kind of JSON", { "content-type": "application/cloudevents+json; charset=utf-8" }, undefined],
    ["what only begins like JSON", { "content-type": "application/jsonlines" }, 415],
    ["no type", {}, 415],
    ["a body that is packed", { ...JSON_HEADERS, "content-encoding": "gzip" }, 415],
    ["a body that is said not to be packed", { ...JSON_HEADERS, "content-encoding": "Identity" }, undefined],
    ["a body in chunks", { ...JSON_HEADERS, "transfer-encoding": "chunked" }, 411],
    [
      "a body in chunks with its length",
      { ...JSON_HEADERS, "transfer-encoding": "chunked", "content-length": "2" },
      undefined,
    ],
    ["a length of 64 KiB", { ...JSON_HEADERS, "content-length": "65536" }, undefined],
    ["a longer one", { ...JSON_HEADERS, "content-length": "65537" }, 413],
  ])("judges %s by its headers", async (_, headers, status) => {
    const body = await readBody(aCall("{}", headers));
    expect(body.ok ? undefined : body.status).toBe(status);
  });

  test("counts the bytes themselves too", async () => {
    expect(await readBody(aCall("x".repeat(10)), { maxBytes: 10 })).toMatchObject({ ok: true });
    expect(await readBody(aCall("x".repeat(11)), { maxBytes: 10 })).toMatchObject({ status: 413 });
  });
});

describe("readDelivery()", () => {
  const jira = toSource("jira", SourceFile.parse({ profile: "zendesk", secret: "s" }));

  test("takes a delivery of whatever type, with its headers in any case", async () => {
    const delivered = await readDelivery(aCall("x", { "X-Sign": "1" }), jira);
    if (!delivered.ok) throw new Error(delivered.detail);
    expect(Buffer.from(delivered.delivery.body).toString()).toBe("x");
    expect([delivered.delivery.header("x-sign"), delivered.delivery.header("x-other")]).toEqual([
      "1",
      undefined,
    ]);
  });

  test("takes as many bytes as the source's system may send", async () => {
    const { bodyMaxBytes } = jira.profile;
    expect((await readDelivery(aCall("x".repeat(bodyMaxBytes)), jira)).ok).toBe(true);
    expect(await readDelivery(aCall("x".repeat(bodyMaxBytes + 1)), jira)).toMatchObject({ status: 413 });
  });
});

describe("routeId()", () => {
  test.each(["request-1", "~0f", "a:b.c_d"])("takes %s", (id) => {
    expect(routeId(aCall("", {}, { id }), "id")).toBe(id);
  });

  test.each(["", ".", "..", "a b", "a/b", "\ud800", "x".repeat(102)])("turns down %j", (id) => {
    expect(() => routeId(aCall("", {}, { id }), "id")).toThrow(HttpProblem);
    expect(() => routeId(aCall(""), "id")).toThrow(HttpProblem);
  });
});

test("operatorName() keeps a name that is too long to a bearable length", () => {
  const call = aCall("", { "x-ms-client-principal-name": ` ${"x".repeat(300)}` });
  expect(operatorName(call, {}, true)).toBe("x".repeat(200));
  expect(() => operatorName(call, { by: "" }, false)).toThrow("Say who asks");
});

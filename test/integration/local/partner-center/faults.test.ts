import { describe, expect, test, vi } from "vitest";

import { bareError, gatewayError, graphError } from "../../../../local/partner-center/answer.ts";
import { documentedErrors } from "../../../../local/partner-center/documentedErrors.ts";
import type { FaultRule } from "../../../../local/partner-center/faults.ts";
import { customers, skus, users } from "../../../../local/partner-center/seed.ts";
import { assigning, openStage, PATIENCE } from "./stage.ts";

const assignE3 = assigning(skus.e3);
const updates = { path: "licenseupdates" } as const;

/** A client that gives up as soon as `arrived` is true. */
const giveUpWhen = (arrived: () => boolean): AbortSignal => {
  const patience = new AbortController();
  void vi.waitUntil(arrived, PATIENCE).finally(() => patience.abort());
  return patience.signal;
};

describe("a fault that answers", () => {
  test.each(documentedErrors)("says $status/$code in its documented words", async (error) => {
    await using stage = await openStage();
    const { status, code, description } = error;
    stage.partnerCenter.addFault({ match: updates, action: { kind: "answer", status, code } });
    expect(await stage.update(assignE3)).toMatchObject({ status, json: { code, description } });
    expect(stage.partnerCenter.journal()).toEqual([]);
    expect(stage.partnerCenter.calls()).toMatchObject([{ status, code }]);
  });

  test.each([
    ["of the gateway", gatewayError(502, "Bad gateway"), { json: { statusCode: 502 } }],
    [
      "of Graph",
      graphError(400, "Request_BadRequest", "No"),
      { json: { error: { code: "Request_BadRequest" } } },
    ],
    [
      "without a body",
      bareError(401, "Unauthorized - MFA required"),
      { reason: "Unauthorized - MFA required" },
    ],
    ["in HTML", { status: 503, body: "<html>Down</html>" }, { status: 503, json: undefined }],
  ])("can speak %s", async (_, answer, expected) => {
    await using stage = await openStage();
    stage.partnerCenter.addFault({ action: { kind: "answer", ...answer } });
    expect(await stage.update(assignE3)).toMatchObject(expected);
  });

  test.each([
    ["answer", 0],
    ["applyThenAnswer", 1],
  ] as const)("with a success that shows nothing leaves %s with %i changes", async (kind, changes) => {
    await using stage = await openStage();
    stage.partnerCenter.addFault({ match: updates, action: { kind, status: 200, body: {} } });
    expect(await stage.update(assignE3)).toMatchObject({ status: 200, json: {} });
    expect(stage.partnerCenter.journal()).toHaveLength(changes);
  });

  test("can carry headers", async () => {
    await using stage = await openStage();
    const headers = { "Retry-After": "7" };
    stage.partnerCenter.addFault({ action: { kind: "answer", status: 429, headers } });
    expect((await stage.update(assignE3)).header("retry-after")).toBe("7");
  });
});

describe("a rule", () => {
  test.each<[string, FaultRule["match"]]>([
    ["customer", { customerId: customers.adatum.toUpperCase() }],
    ["user", { userId: users.contoso.ben }],
    ["method", { method: "get" }],
    ["path", { path: "licenses" }],
    ["SKU", { skuId: skus.e5 }],
  ])("leaves a call with another %s alone", async (_, match) => {
    await using stage = await openStage();
    stage.partnerCenter.addFault({ match, times: "always", action: { kind: "answer", status: 500 } });
    expect((await stage.update(assignE3)).status).toBe(201);
  });

  test("that matches in every field holds as often as it says, then the next one", async () => {
    await using stage = await openStage();
    const { partnerCenter } = stage;
    const match = {
      ...updates,
      customerId: customers.contoso,
      userId: users.contoso.ana,
      method: "post",
      skuId: skus.e3,
    };
    partnerCenter.addFault({ match, times: 2, action: { kind: "answer", status: 500 } });
    partnerCenter.addFault({ times: "always", action: { kind: "answer", status: 503 } });
    const statuses: number[] = [];
    for (const _ of [1, 2, 3, 4]) statuses.push((await stage.update(assignE3)).status);
    expect(statuses).toEqual([500, 500, 503, 503]);
    partnerCenter.clearFaults();
    expect((await stage.update(assignE3)).status).toBe(201);
  });

  test("that is none is refused at once", async () => {
    await using stage = await openStage();
    expect(() => stage.partnerCenter.addFault({ times: 0, action: { kind: "hang" } })).toThrow(/times/);
  });
});

describe("a connection", () => {
  test.each([
    ["reset", 0],
    ["applyThenReset", 1],
  ] as const)("that ends with %s leaves %i changes", async (kind, changes) => {
    await using stage = await openStage();
    stage.partnerCenter.addFault({ match: updates, action: { kind } });
    await expect(stage.update(assignE3)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(stage.partnerCenter.journal()).toHaveLength(changes);
    expect(stage.partnerCenter.calls()).toMatchObject([{ status: "no-answer" }]);
    expect((await stage.update(assignE3)).status).toBe(201);
  });

  test.each([
    ["hang", 0],
    ["applyThenHang", 1],
  ] as const)("that ends in a %s leaves %i changes", async (kind, changes) => {
    await using stage = await openStage();
    const { partnerCenter } = stage;
    partnerCenter.addFault({ match: updates, action: { kind } });
    const arrived = (): boolean => partnerCenter.calls().length === 1;
    await expect(stage.update(assignE3, { signal: giveUpWhen(arrived) })).rejects.toThrow(/abort/i);
    expect(partnerCenter.journal()).toHaveLength(changes);
    expect(partnerCenter.calls()).toMatchObject([{ status: "no-answer" }]);
  });

  test("that hung after the change gives its answer to a repeat under the same MS-RequestId", async () => {
    await using stage = await openStage();
    const { partnerCenter } = stage;
    const headers = { "ms-requestid": "1c9f7d0e-0000-4000-8000-000000000003" };
    partnerCenter.addFault({ match: updates, action: { kind: "applyThenHang" } });
    const applied = (): boolean => partnerCenter.journal().length === 1;
    await expect(stage.update(assignE3, { headers, signal: giveUpWhen(applied) })).rejects.toThrow(/abort/i);
    expect((await stage.update(assignE3, { headers })).status).toBe(201);
    expect(partnerCenter.journal()).toHaveLength(1);
  });

  test("that the client left is served to the end all the same", async () => {
    await using stage = await openStage();
    const { partnerCenter } = stage;
    partnerCenter.addFault({ match: updates, action: { kind: "delay", ms: 250 } });
    const arrived = (): boolean => partnerCenter.calls().length === 1;
    await expect(stage.update(assignE3, { signal: giveUpWhen(arrived) })).rejects.toThrow(/abort/i);
    await vi.waitUntil(() => partnerCenter.journal().length === 1, PATIENCE);
    expect(partnerCenter.calls()).toMatchObject([{ status: "no-answer" }]);
  });

  test("is ended by close(), whatever it waits for", async () => {
    const stage = await openStage();
    const { partnerCenter } = stage;
    partnerCenter.addFault({ action: { kind: "hang" } });
    partnerCenter.addFault({ action: { kind: "delay", ms: 60_000 } });
    const both = Promise.allSettled([stage.update(assignE3), stage.update(assignE3)]);
    await vi.waitUntil(() => partnerCenter.calls().length === 2, PATIENCE);
    await partnerCenter.close();
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(partnerCenter.journal()).toEqual([]);
    await stage[Symbol.asyncDispose]();
  });
});

describe("a body", () => {
  test("that breaks off comes after the change was made", async () => {
    await using stage = await openStage();
    stage.partnerCenter.addFault({ match: updates, action: { kind: "truncate" } });
    await expect(stage.update(assignE3)).rejects.toMatchObject({ code: "UND_ERR_SOCKET" });
    expect(stage.partnerCenter.journal()).toHaveLength(1);
    expect(stage.partnerCenter.calls()).toMatchObject([{ status: 201 }]);
  });

  test("can come slowly, and is whole in the end", async () => {
    await using stage = await openStage();
    const action = { kind: "slowBody", everyMs: 1, chunkBytes: 8 } as const;
    stage.partnerCenter.addFault({ match: updates, action });
    const told = await stage.update(assignE3);
    expect(told.header("content-length")).toBeUndefined();
    expect(told).toMatchObject({ status: 201, json: { licenseWarnings: [] } });
  });

  test("can be as large as one likes", async () => {
    await using stage = await openStage();
    stage.partnerCenter.addFault({ match: updates, action: { kind: "hugeBody", bytes: 1_000_000 } });
    const told = await stage.update(assignE3);
    expect(told.bytes).toHaveLength(1_000_000);
    expect(told).toMatchObject({ status: 201, json: { licenseWarnings: [] } });
  });
});

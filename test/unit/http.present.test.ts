import { describe, expect, test } from "vitest";

import { linksOf } from "../../shared/http/links.ts";
import { toGateView } from "../../shared/http/presentGate.ts";
import {
  operationStarted,
  toOperationListView,
  toOperationView,
} from "../../shared/http/presentOperation.ts";
import { toPreviewView } from "../../shared/http/presentPreview.ts";
import { toStatusListView, toStatusView } from "../../shared/http/presentRequest.ts";
import { problemResponse } from "../../shared/http/problem.ts";
import type { Entry, PoisonPart, RequestPart } from "../../shared/ledger/entry/entry.ts";
import type { Operation } from "../../shared/poison/operation.ts";
import { aRequest, CUSTOMER } from "../support/builders.ts";
import { anOperation } from "../support/poisonBuilders.ts";

const API = "https://relay.example/api";
const links = linksOf(`${API}/license-updates?status=parked`);
const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-02T00:00:00.000Z";

const aPart = (fields: Partial<RequestPart> = {}): RequestPart => ({
  body: aRequest(),
  digest: "d",
  status: "accepted",
  acceptedAt: AT,
  run: 0,
  ends: 0,
  ...fields,
});
const anEntry = (fields: Partial<Entry> = {}): Entry => ({
  version: 1,
  id: "request-1",
  createdAt: AT,
  updatedAt: LATER,
  steps: 0,
  ...fields,
});
const refusal = {
  at: AT,
  category: "no-seats",
  owner: "partner admin",
  meaning: "No seats",
  remedy: "Buy seats",
  attempts: 1,
} as const;
const poison: PoisonPart = {
  kind: "update",
  state: "open",
  first: refusal,
  latest: refusal,
  failures: 1,
  lastRun: 0,
  runs: 0,
  original: { deliveryCount: 1 },
};
const parked = { since: AT, until: LATER, skuIds: ["sku"], times: 3 };
const aRun = (fields: Partial<Operation> = {}): Operation =>
  anOperation({ total: 3, done: 1, failed: 1, skipped: 1, ticks: 9, ...fields });

describe("toStatusView()", () => {
  test("shows a request with its history and where it is", () => {
    const step = { at: AT, event: "accepted", run: 0 } as const;
    expect(toStatusView(anEntry({ request: aPart() }), [step], links)).toEqual({
      requestId: "request-1",
      status: "accepted",
      request: aRequest(),
      acceptedAt: AT,
      updatedAt: LATER,
      replays: 0,
      history: [step],
      links: { self: `${API}/license-updates/request-1` },
    });
  });

  test("shows nothing of a poison message that is no request", () => {
    expect(toStatusView(anEntry({ poison }), [], links)).toBeUndefined();
  });

  test("leads to the poison message that a request has become", () => {
    const view = toStatusView(anEntry({ request: aPart({ run: 2 }), poison }), [], links);
    expect(view).toMatchObject({ replays: 2, links: { poison: `${API}/poison/request-1` } });
  });

  test("says what a request waits for as long as it does", () => {
    const waiting = { category: "throttled", why: "429", until: LATER };
    const view = (fields: Partial<RequestPart>) =>
      toStatusView(anEntry({ request: aPart(fields) }), [], links);
    expect(view({ status: "waiting", waiting })).toMatchObject({ waiting });
    expect(view({ status: "parked", parked })?.parked).toEqual({ since: AT, until: LATER, skuIds: ["sku"] });
    expect(view({ status: "applying", parked })).not.toHaveProperty("parked");
    expect(view({ status: "parked" })).not.toHaveProperty("parked");
  });

  test("shows how it ended, and whether that was seen", () => {
    const end = { outcome: "discarded", at: AT, by: "kim" } as const;
    const proof = { dueAt: LATER };
    const view = toStatusView(anEntry({ request: aPart({ status: "discarded", end, proof }) }), [], links);
    expect(view).toMatchObject({ outcome: end, proof });
  });
});

describe("toStatusListView()", () => {
  test("shows requests only, each with its address, and leads to the next page", () => {
    const items = [anEntry({ poison }), anEntry({ request: aPart() })];
    const view = toStatusListView({ items, next: "token" }, links);
    expect(view.items.map((item) => item.links)).toEqual([{ self: `${API}/license-updates/request-1` }]);
    expect(view.next).toBe(`${API}/license-updates?status=parked&after=token`);
    expect(toStatusListView({ items: [] }, links)).toEqual({ items: [] });
  });
});

describe("toOperationView()", () => {
  test("shows an operation that goes on with how to cancel it, and one that has ended without", () => {
    const here = `${API}/operations/op`;
    expect(toOperationView(aRun(), [], links).links).toEqual({ self: here, cancel: `${here}/cancel` });
    expect(toOperationView(aRun({ endedAt: LATER }), [], links).links).toEqual({ self: here });
  });

  test("shows what was not done and why, and keeps its own counting to itself", () => {
    const item = { key: "k", poisonId: "id-1", lane: "l" };
    const view = toOperationView(
      aRun(),
      [
        { ...item, state: "failed", why: "no seats" },
        { ...item, state: "skipped" },
      ],
      links,
    );
    expect(view.unfinished).toEqual([
      { id: "id-1", state: "failed", why: "no seats" },
      { id: "id-1", state: "skipped" },
    ]);
    expect(view).not.toHaveProperty("ticks");
    expect(view).not.toHaveProperty("version");
  });
});

describe("toOperationListView()", () => {
  test("leads to each operation, and to the next page when there is one", () => {
    const view = toOperationListView({ items: [aRun()], next: "token" }, links);
    expect(view.items[0]?.links.self).toBe(`${API}/operations/op`);
    expect(view.next).toContain("after=token");
    expect(toOperationListView({ items: [] }, links)).toEqual({ items: [] });
  });
});

describe("operationStarted()", () => {
  test("answers 202 with the address of the operation", () => {
    expect(operationStarted(aRun({ state: "freezing" }), `${API}/poison/replay`)).toEqual({
      status: 202,
      headers: { location: `${API}/operations/op`, "cache-control": "no-store" },
      jsonBody: { operationId: "op", state: "freezing", statusUrl: `${API}/operations/op` },
    });
  });
});

describe("toGateView()", () => {
  const row = { tokenId: "secret", category: "token-kind", closedAt: AT, refusals: 3 };

  test("shows a gate that was never closed as open", () => {
    expect(toGateView(undefined)).toEqual({ state: "open" });
  });

  test("shows why it is closed, without what tells one token from another", () => {
    expect(toGateView(row)).toEqual({ state: "closed", category: "token-kind", closedAt: AT, refusals: 3 });
  });

  test("shows who opened it", () => {
    expect(toGateView({ ...row, openedAt: LATER, openedBy: "kim" })).toMatchObject({
      state: "open",
      openedAt: LATER,
      openedBy: "kim",
    });
  });
});

describe("toPreviewView()", () => {
  const request = aRequest();
  const user = { id: "u", userPrincipalName: "ana@contoso.com", usageLocation: "DE" };

  test("shows the user and what would come of each license", () => {
    const item = { action: "assign", skuId: "s", result: "assign", available: 3 } as const;
    expect(toPreviewView(request, { user, items: [item] })).toEqual({
      requestId: "request-1",
      customerId: CUSTOMER,
      userId: request.userId,
      user,
      items: [item],
    });
  });

  test("leaves out a user that was not read, and a location that there is none", () => {
    expect(toPreviewView(request, { items: [] })).not.toHaveProperty("user");
    const { user: shown } = toPreviewView(request, {
      user: { ...user, usageLocation: undefined },
      items: [],
    });
    expect(shown).toEqual({ id: "u", userPrincipalName: "ana@contoso.com" });
  });

  test("shows what would be refused as a whole", () => {
    const refused = {
      category: "no-seats",
      owner: "customer",
      meaning: "m",
      remedy: "r",
      description: "d",
    } as const;
    expect(toPreviewView(request, { refusal: refused, items: [] })).toMatchObject({ refusal: refused });
  });
});

describe("problemResponse()", () => {
  const bodyOf = ({ body }: { body?: unknown }): unknown => JSON.parse(typeof body === "string" ? body : "");

  test.each([
    [400, undefined],
    [429, "10"],
    [503, "10"],
  ] as const)("answers %i with retry-after %s", (status, retryAfter) => {
    const answer = problemResponse(status, "Cannot");
    expect(answer.status).toBe(status);
    expect(new Headers(answer.headers).get("retry-after") ?? undefined).toBe(retryAfter);
    expect(new Headers(answer.headers).get("content-type")).toBe("application/problem+json");
  });

  test("lists what is wrong only when there is something", () => {
    const error = { pointer: "/by", detail: "is missing" };
    expect(bodyOf(problemResponse(400, "Cannot", [error], { known: "x" }))).toEqual({
      type: "about:blank",
      title: "The request is not valid",
      status: 400,
      detail: "Cannot",
      errors: [error],
      known: "x",
    });
    expect(bodyOf(problemResponse(400, "Cannot"))).not.toHaveProperty("errors");
  });
});

import { describe, expect, test } from "vitest";

import { linksOf } from "../../shared/http/links.ts";
import { toPoisonGroupsView, toPoisonListView, toPoisonView } from "../../shared/http/presentPoison.ts";
import type { NotedGroup } from "../../shared/http/view.ts";
import type { Entry, Refusal } from "../../shared/ledger/entry/entry.ts";
import { brokerCauses } from "../../shared/outcome/brokerCauses.ts";
import { callbackCauses } from "../../shared/outcome/callbackCauses.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { requestCauses } from "../../shared/outcome/requestCauses.ts";
import type { PoisonRow } from "../../shared/poison/store/poisonIndex.ts";
import { aRequest, bytesOf, CUSTOMER, E3 } from "../support/builders.ts";
import { aPoisonRow } from "../support/poisonBuilders.ts";

const API = "https://relay.example/api";
const links = linksOf(`${API}/poison?state=open`);
const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-02T00:00:00.000Z";

const aGroup = (fields: Partial<NotedGroup["group"]> = {}, note?: NotedGroup["note"]): NotedGroup => ({
  group: { category: "no-seats", count: 1, replaying: 0, oldest: AT, newest: AT, ...fields },
  note,
});
const aRow = (fields: Partial<PoisonRow> = {}): PoisonRow =>
  aPoisonRow({ status: 400, code: 60_012, ...fields });
const aRefusal = (fields: Partial<Refusal> = {}): Refusal => ({
  at: AT,
  category: "no-seats",
  owner: "partner admin",
  meaning: "No seats",
  remedy: "Buy seats",
  attempts: 1,
  ...fields,
});
const poison = {
  kind: "update",
  state: "open",
  first: aRefusal(),
  latest: aRefusal({ at: LATER, status: 400, code: 60_012, description: "none left" }),
  failures: 2,
  lastRun: 1,
  runs: 1,
  original: { deliveryCount: 1 },
} as const;
const anEntry = (fields: Partial<Entry> = {}): Entry => ({
  version: 1,
  id: "request-1",
  createdAt: AT,
  updatedAt: AT,
  steps: 0,
  ...fields,
});

describe("toPoisonGroupsView()", () => {
  test.each([...brokerCauses, ...Object.values(callbackCauses), ...Object.values(requestCauses)])(
    "says of $category whose it is, what it means and what to do",
    ({ category, owner, meaning, remedy }) => {
      const { groups } = toPoisonGroupsView([aGroup({ category })], "open", links);
      expect(groups[0]).toMatchObject({ category, owner, meaning, remedy });
    },
  );

  test("says of a cause of Partner Center what its status and code mean today", () => {
    const { owner, meaning, remedy } = causeOf(400, 60_012);
    const { groups } = toPoisonGroupsView([aGroup({ status: 400, code: 60_012 })], "open", links);
    expect(groups[0]).toMatchObject({ owner, meaning, remedy });
    expect(groups[0]).not.toHaveProperty("status");
  });

  test("counts the messages of all groups", () => {
    expect(toPoisonGroupsView([aGroup({ count: 3 }), aGroup({ count: 4 })], "open", links).total).toBe(7);
    expect(toPoisonGroupsView([], "open", links)).toEqual({ groups: [], total: 0 });
  });

  test("leads to the messages of a group, and to the archive only when that was asked for", () => {
    const group = aGroup({ code: 60_012, customerId: CUSTOMER });
    const address = (state: string): string | undefined =>
      toPoisonGroupsView([group], state, links).groups[0]?.links.messages;
    const open = `${API}/poison?category=no-seats&errorCode=60012&customerId=${CUSTOMER}`;
    expect(address("open")).toBe(open);
    expect(address("discarded")).toBe(`${open}&state=discarded`);
  });

  test("shows the note on a group, and none where there is none", () => {
    const note = { text: "bought", by: "kim", at: AT };
    const { groups } = toPoisonGroupsView([aGroup({}, note), aGroup()], "open", links);
    expect(groups[0]).toHaveProperty("note", note);
    expect(groups[1]).not.toHaveProperty("note");
  });
});

describe("toPoisonListView()", () => {
  test("leads from a message that is a request to the request, and from another only to itself", () => {
    const { items } = toPoisonListView({ items: [aRow(), aRow({ id: "~m" })] }, links);
    expect(items.map((item) => item.links)).toEqual([
      { self: `${API}/poison/request-1`, request: `${API}/license-updates/request-1` },
      { self: `${API}/poison/~m` },
    ]);
  });

  test("says whose a message is and what to do, and keeps the keys of the index to itself", () => {
    const { owner, remedy } = causeOf(400, 60_012);
    const [item] = toPoisonListView({ items: [aRow()] }, links).items;
    expect(item).toMatchObject({ id: "request-1", owner, remedy });
    expect(item).not.toHaveProperty("rowKey");
    expect(item).not.toHaveProperty("acceptedAt");
  });

  test("leads to the next page when there is one", () => {
    expect(toPoisonListView({ items: [], next: "token" }, links).next).toBe(
      `${API}/poison?state=open&after=token`,
    );
    expect(toPoisonListView({ items: [] }, links)).toEqual({ items: [] });
  });
});

describe("toPoisonView()", () => {
  const view = (entry: Entry, body = bytesOf({ a: 1 })) => toPoisonView(entry, poison, body, [], links);

  test("shows when it was captured, the latest failure and the body as text", () => {
    expect(view(anEntry())).toMatchObject({
      capturedAt: AT,
      failedAt: LATER,
      failures: 2,
      code: 60_012,
      description: "none left",
      owner: "partner admin",
      body: '{"a":1}',
      bodyEncoding: "text",
    });
  });

  test("shows a body that is no text in Base64", () => {
    expect(view(anEntry(), Uint8Array.of(0xff, 0xfe))).toMatchObject({
      body: "//4=",
      bodyEncoding: "base64",
    });
  });

  test("names customer and user where the message is a request", () => {
    const body = aRequest({ licensesToAssign: [{ skuId: E3 }] });
    const request = {
      body,
      digest: "d",
      status: "refused",
      acceptedAt: AT,
      run: 0,
      ends: 1,
    } as const;
    expect(view(anEntry({ request }))).toMatchObject({ customerId: CUSTOMER, userId: body.userId });
    expect(view(anEntry())).not.toHaveProperty("customerId");
  });

  test("names the newer request that a replay was skipped for", () => {
    const skipped = { at: AT, newerRequestId: "request-2", operationId: "o" };
    const shown = toPoisonView(anEntry(), { ...poison, skipped }, bytesOf({}), [], links);
    expect(shown).toHaveProperty("newerRequestId", "request-2");
  });
});

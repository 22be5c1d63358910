import { describe, expect, test } from "vitest";

import type { UserState } from "../../shared/change/readState.ts";
import { makeReconcile } from "../../shared/change/reconcile.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import { makeLists } from "../../shared/ledger/lists.ts";
import { aLedger } from "../support/aLedger.ts";
import { aRequest, aSku, CUSTOMER, E3, E5, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const catalog = [aSku({}), aSku({ skuId: E5, skuPartNumber: "SPE_E5", name: "Microsoft 365 E5" })];
const holding = (...skuIds: string[]): UserState => ({
  kind: "read",
  held: skuIds.map((skuId) => ({ skuId, plans: [] })),
  catalog,
});

const aScene = (state: UserState) => {
  const clock = fakeClock();
  const { ledger, lists } = aLedger();
  const reads: string[] = [];
  const reconcile = makeReconcile({
    lists: makeLists(lists, ledger),
    readState: ({ userId }) => {
      reads.push(userId);
      return Promise.resolve(state);
    },
  });
  const apply = async (fields: Readonly<Record<string, unknown>>): Promise<void> => {
    clock.pass(1000);
    const request = aRequest(fields);
    const at = new Date(clock.now()).toISOString();
    const outcome = { kind: "applied", alreadySo: false, warnings: [], attempts: 1, ids } as const;
    await ledger.change(request.requestId, (entry) => beginRequest(entry, request, at, "queue"));
    await ledger.change(request.requestId, (entry) =>
      endRequest(entry, { ...outcome, skuIds: [E3] }, at, [], 0),
    );
  };
  const accept = (fields: Readonly<Record<string, unknown>>) => {
    const request = aRequest(fields);
    return ledger.change(request.requestId, (entry) =>
      acceptRequest(entry, request, new Date(clock.now()).toISOString(), "http"),
    );
  };
  const page = (limit = 50, after?: string) =>
    reconcile(CUSTOMER, { limit, ...(after === undefined ? {} : { after }) }, logJournal().log);
  const short = async () =>
    (await page()).items.map(({ requestId, skuId, wanted, is }) => `${requestId} ${skuId} ${wanted} ${is}`);
  return { apply, accept, page, short, reads };
};

describe("makeReconcile()", () => {
  test("holds what was applied against what is", async () => {
    const { apply, short } = aScene(holding(E3));
    await apply({ licensesToAssign: [{ skuId: E3 }], licensesToRemove: [E5] });
    await apply({ requestId: "request-2", userId: "ben@contoso.com", licensesToAssign: [{ skuId: E5 }] });
    await apply({
      requestId: "request-3",
      userId: "cem@contoso.com",
      licensesToAssign: undefined,
      licensesToRemove: [E3],
    });
    expect(await short()).toEqual([
      `request-3 ${E3} removed differs`,
      `request-2 ${E5} assigned differs`,
      `request-1 ${E3} assigned as wanted`,
      `request-1 ${E5} removed as wanted`,
    ]);
  });

  test("lets the newest request for a user and a license count, and reads a user once", async () => {
    const { apply, short, reads } = aScene(holding());
    await apply({ userId: "ana@contoso.com" });
    await apply({
      requestId: "request-2",
      userId: "ANA@contoso.com",
      licensesToAssign: undefined,
      licensesToRemove: [E3],
    });
    expect(await short()).toEqual([`request-2 ${E3} removed as wanted`]);
    expect(reads).toHaveLength(1);
  });

  test("passes by what was not applied", async () => {
    const { accept, short } = aScene(holding());
    await accept({});
    expect(await short()).toEqual([]);
  });

  test("names the license and the ticket, and why nothing is known", async () => {
    const known = aScene(holding(E3));
    const ticket = { system: "zendesk", id: "1" };
    await known.apply({ ticket });
    expect((await known.page()).items).toMatchObject([{ sku: "SPE_E3", ticket }]);
    const unknown = aScene({ kind: "unreadable", why: "refused" });
    await unknown.apply({ licensesToAssign: [{ sku: "SPE_E3" }] });
    const { items } = await unknown.page();
    expect(items).toMatchObject([{ skuId: E3, is: "unknown", why: "refused" }]);
    expect(items[0]).not.toHaveProperty("ticket");
  });

  test("goes on where the page before ended", async () => {
    const { apply, page } = aScene(holding());
    await apply({});
    await apply({ requestId: "request-2", userId: "ben@contoso.com" });
    const first = await page(1);
    const rest = await page(1, first.next);
    expect([...first.items, ...rest.items].map(({ requestId }) => requestId)).toEqual([
      "request-2",
      "request-1",
    ]);
    expect(rest).not.toHaveProperty("next");
  });
});

import { describe, expect, test } from "vitest";

import type { Found } from "../../shared/partner-center/client.ts";
import type { UserPage } from "../../shared/partner-center/resources.ts";
import { makeSkuCatalogs } from "../../shared/partner-center/skuCatalogs.ts";
import { makeUserIds } from "../../shared/partner-center/userIds.ts";
import { aRequest, aSku } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";

const reader = { token: "t", requestId: "request-1" };
const subject = aRequest({ userId: "Ana@contoso.com" });
const page = (names: readonly string[], next?: string): Found<UserPage> => ({
  kind: "found",
  value: {
    users: names.map((name) => ({ id: `id-of-${name}`, userPrincipalName: name, usageLocation: undefined })),
    ...(next === undefined ? {} : { next }),
  },
});

describe("makeUserIds()", () => {
  const over = (pages: readonly Found<UserPage>[]) => {
    const asked: (string | undefined)[] = [];
    const userIds = makeUserIds({
      users: (_customerId, _reader, after) => {
        asked.push(after);
        return Promise.resolve(pages[asked.length - 1] ?? page([]));
      },
    });
    return { userIds, asked };
  };

  test("looks through the pages until the name is there, in any casing, and remembers it", async () => {
    const { userIds, asked } = over([page(["ben@contoso.com"], "p2"), page(["ANA@contoso.com"], "p3")]);
    expect(userIds.known(subject)).toBeUndefined();
    expect(await userIds.find(subject, reader)).toEqual({ kind: "found", value: "id-of-ANA@contoso.com" });
    expect([asked, userIds.known(subject)]).toEqual([[undefined, "p2"], "id-of-ANA@contoso.com"]);
  });

  test("says that there is nobody of that name after the last page", async () => {
    const { userIds } = over([page(["ben@contoso.com"])]);
    expect(await userIds.find(subject, reader)).toEqual({ kind: "found", value: undefined });
  });
});

describe("makeSkuCatalogs()", () => {
  const counted = () => {
    const clock = fakeClock();
    let reads = 0;
    const catalogs = makeSkuCatalogs(
      {
        subscribedSkus: () => {
          reads += 1;
          return Promise.resolve({ kind: "found", value: [aSku({})] });
        },
      },
      clock.now,
    );
    return { clock, catalogs, reads: () => reads };
  };

  test("reads a customer once for all who ask at once, and again when it is old", async () => {
    const { clock, catalogs, reads } = counted();
    await Promise.all([1, 2, 3].map(() => catalogs.of("c", reader)));
    clock.pass(9 * 60_000);
    await catalogs.of("c", reader);
    expect(reads()).toBe(1);
    clock.pass(2 * 60_000);
    await catalogs.of("c", reader);
    await catalogs.of("c", reader, 0);
    expect(reads()).toBe(3);
  });

  test("keeps so many customers and no more", async () => {
    const { catalogs, reads } = counted();
    for (let customer = 0; customer <= 500; customer += 1) await catalogs.of(`c${customer}`, reader);
    await catalogs.of("c500", reader);
    expect(reads()).toBe(501);
    await catalogs.of("c0", reader);
    expect(reads()).toBe(502);
  });
});

import { describe, expect, expectTypeOf, test } from "vitest";

import type { RefusalCategory } from "../../shared/outcome/causes.ts";
import {
  callbackKeyOf,
  callbackMessageId,
  callbackTargetOf,
  decideCallback,
  EventData,
  TicketEvent,
} from "../../shared/ticket/out/callback.ts";
import { causesInGerman, type CauseTexts } from "../../shared/ticket/out/notice/causesInGerman.ts";
import { toNotice } from "../../shared/ticket/out/notice/toNotice.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { E3, E5 } from "../support/builders.ts";

const SCHEDULE = [5, 300];
const key = (attempt: number, run = 0) => ({ poisonId: "~x", run, attempt });
const answered = (status: number, retryAfterSeconds?: number) => ({
  kind: "answered" as const,
  status,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

describe("decideCallback()", () => {
  test.each([200, 202, 204, 299])("%i is delivered", (status) => {
    expect(decideCallback(answered(status), key(0), SCHEDULE, 0)).toEqual({ kind: "delivered", status });
  });

  test.each([301, 400, 401, 404, 429, 500, 503])(
    "%i comes again by the schedule, then is given up",
    (status) => {
      expect(decideCallback(answered(status), key(0), SCHEDULE, 0)).toMatchObject({
        kind: "again",
        waitMs: 5000,
      });
      expect(decideCallback(answered(status), key(1), SCHEDULE, 0)).toMatchObject({
        kind: "again",
        waitMs: 300_000,
      });
      expect(decideCallback(answered(status), key(2), SCHEDULE, 0)).toMatchObject({
        kind: "given up",
        category: "callback-failed",
      });
    },
  );

  test("waits at least as long as Retry-After says, and at most a day", () => {
    expect(decideCallback(answered(429, 60), key(0), SCHEDULE, 0)).toMatchObject({ waitMs: 60_000 });
    expect(decideCallback(answered(503, 1), key(1), SCHEDULE, 0)).toMatchObject({ waitMs: 300_000 });
    expect(decideCallback(answered(503, 9_999_999), key(0), SCHEDULE, 0)).toMatchObject({
      waitMs: 86_400_000,
    });
  });

  test("spreads tries a little", () => {
    expect(decideCallback(answered(500), key(1), SCHEDULE, 0.5)).toMatchObject({ waitMs: 315_000 });
  });

  test("410 is for ever; what may not be called is not tried again", () => {
    expect(decideCallback(answered(410), key(0), SCHEDULE, 0).kind).toBe("gone");
    expect(decideCallback({ kind: "blocked", why: "x" }, key(0), SCHEDULE, 0)).toMatchObject({
      category: "callback-blocked",
    });
  });

  test("a replay is one try", () => {
    expect(decideCallback(answered(500), key(0, 1), SCHEDULE, 0).kind).toBe("given up");
  });
});

describe("callbackKeyOf()", () => {
  test("reads back what callbackMessageId() wrote, and starts at nothing for an event itself", () => {
    const first = callbackKeyOf("event-1", "event-1");
    expect(first).toMatchObject({ run: 0, attempt: 0 });
    expect(first.poisonId).toMatch(/^~[0-9a-f-]{36}$/);
    const third = { ...first, run: 2, attempt: 3 };
    expect(callbackKeyOf(callbackMessageId(third), "event-1")).toEqual(third);
    expect(callbackKeyOf(`${first.poisonId}~2`, "event-1")).toEqual({ ...third, attempt: 0 });
    expect(callbackKeyOf(undefined, "event-1")).toEqual(first);
  });
});

const source = (fields: object = {}) =>
  toSource("desk", SourceFile.parse({ profile: "zendesk", secret: "s", callbackSecret: "c", ...fields }));
const ticket = { system: "zendesk", id: "47/11 ä", source: "desk" };

describe("callbackTargetOf()", () => {
  test("fills in the ticket, encoded", () => {
    const target = callbackTargetOf(
      source({ callbackUrl: "https://desk.example.com/t/{ticketId}.json" }),
      ticket,
    );
    expect(target).toMatchObject({ kind: "url", isOwn: true });
    expect(target.kind === "url" && target.url.href).toBe("https://desk.example.com/t/47%2F11%20%C3%A4.json");
  });

  test("takes an address of the request only when the source allows its host", () => {
    const callbackUrl = "https://hooks.example.com/x";
    const allowed = source({ callbackHosts: ["hooks.example.com"] });
    expect(callbackTargetOf(allowed, { ...ticket, callbackUrl })).toMatchObject({
      kind: "url",
      isOwn: false,
    });
    expect(callbackTargetOf(source(), { ...ticket, callbackUrl })).toMatchObject({ kind: "notAllowed" });
    const other = { ...ticket, callbackUrl: "https://hooks.example.com.evil.example/" };
    expect(callbackTargetOf(allowed, other)).toMatchObject({ kind: "notAllowed" });
    expect(callbackTargetOf(allowed, { ...ticket, callbackUrl: "x" })).toMatchObject({ kind: "notAllowed" });
  });

  test("is none without an address", () => {
    expect(callbackTargetOf(source(), ticket)).toEqual({ kind: "none" });
  });
});

const common = {
  ticket,
  requestId: "r-1",
  userId: "ana@contoso.com",
  licensesToAssign: [{ skuId: E3 }],
  licensesToRemove: [E5],
};
const refused = {
  ...common,
  outcome: "refused",
  category: "no-seats",
  owner: "partner admin",
  meaning: "No seat left",
  remedy: "Buy seats, then replay",
};
const notice = (data: object, fields: object = {}) => toNotice(EventData.parse(data), source(fields));

describe("TicketEvent", () => {
  const event = { id: "event-1", subject: "r-1", data: { ...refused, notYetInvented: true } };

  test("keeps fields that it does not know: an event of a newer version goes out as it came", () => {
    expect(TicketEvent.parse(event)).toEqual(event);
  });

  test("is none with an outcome that it does not know", () => {
    expect(TicketEvent.safeParse({ ...event, data: { ...event.data, outcome: "paused" } }).success).toBe(
      false,
    );
  });
});

describe("toNotice()", () => {
  test("names the change, the user and the request", () => {
    expect(notice({ ...common, outcome: "applied", alreadySo: false })).toBe(
      "License change applied for ana@contoso.com: assign Microsoft 365 E3 and remove Microsoft 365 E5. Request r-1.",
    );
  });

  test("says why, whose it is and what to do", () => {
    expect(notice(refused)).toBe(
      "License change not applied for ana@contoso.com: assign Microsoft 365 E3 and remove Microsoft 365 E5. No seat left (no-seats). To do (partner admin): Buy seats, then replay. Request r-1.",
    );
  });

  test("calls SKUs as the source's table does", () => {
    const tables = { skus: { "Office package": E3 } };
    expect(notice({ ...common, outcome: "applied", alreadySo: true }, { tables })).toContain(
      "assign Office package",
    );
  });

  test("speaks German, with causes in German", () => {
    expect(notice(refused, { language: "de" })).toBe(
      "Lizenzänderung für ana@contoso.com nicht ausgeführt: Microsoft 365 E3 zuweisen und Microsoft 365 E5 entziehen. Der Kunde hat keine freie Lizenz dieser SKU mehr (no-seats). Zu tun (Partner-Administrator): Lizenzen kaufen oder eine freigeben, dann erneut ausführen. Auftrag r-1.",
    );
  });

  test.each([
    [{ ...common, outcome: "discarded", by: "kim", why: "user has left." }, "By kim: user has left."],
    [
      { ticket, outcome: "rejected", errors: [{ pointer: "/userId", detail: "is missing" }] },
      "userId: is missing.",
    ],
    [
      { ...common, outcome: "applied", alreadySo: false, warnings: [{ message: "Guest\nuser" }] },
      "Microsoft warns: Guest user",
    ],
  ])("has a sentence for %j", (data, part) => {
    expect(notice(data)).toContain(part);
  });

  test.each(["of-an-older-version", "constructor"])(
    "has the event's own words for a cause %s",
    (category) => {
      expect(notice({ ...refused, category }, { language: "de" })).toContain(`No seat left (${category})`);
    },
  );

  test("has German words for every cause and for no other, or does not compile", () => {
    expectTypeOf<keyof typeof causesInGerman>().toEqualTypeOf<RefusalCategory>();
    const { conflict, ...others } = causesInGerman;
    // @ts-expect-error "conflict" has no German words
    others satisfies CauseTexts;
    // @ts-expect-error No table has a cause "gone"
    ({ ...others, conflict, gone: conflict }) satisfies CauseTexts;
  });
});

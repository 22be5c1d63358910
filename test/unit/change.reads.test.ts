import { describe, expect, test } from "vitest";

import { startLocate } from "../../shared/change/locate.ts";
import { CannotRead, makeGetReader } from "../../shared/change/reader.ts";
import { makeReadHeld } from "../../shared/change/readHeld.ts";
import { makeReadState } from "../../shared/change/readState.ts";
import type { Found, NotFound } from "../../shared/partner-center/client.ts";
import type { CustomerUser } from "../../shared/partner-center/resources.ts";
import type { HeldLicense } from "../../shared/sku/remaining.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import type { CurrentToken } from "../../shared/token/tokenSource.ts";
import { aRequest, aSku, E3 } from "../support/builders.ts";
import { logJournal } from "../support/logJournal.ts";

const { log } = logJournal();
const reader = { token: "t", requestId: "r" };
const found = <T>(value: T): Found<T> => ({ kind: "found", value });
const notFound = (fields: Partial<NotFound> = {}): NotFound => ({
  kind: "notFound",
  why: "answered",
  retryAfterMs: 0,
  ...fields,
});
const held: Found<readonly HeldLicense[]> = found([{ skuId: E3, plans: [] }]);
const ana = aRequest({ userId: "ana@contoso.com" });

describe("makeGetReader()", () => {
  const readerWith = (current: CurrentToken, closed?: string) =>
    makeGetReader(
      { current: () => Promise.resolve(current), reject: () => undefined },
      { closedFor: () => Promise.resolve(closed) },
    )(log);
  const token: CurrentToken = { kind: "token", token: readPartnerToken("t1") };

  test("reads with the token, each time under an id of its own", async () => {
    const [one, other] = [await readerWith(token), await readerWith(token)];
    expect([one.token, other.token]).toEqual(["t1", "t1"]);
    expect(one.requestId).not.toBe(other.requestId);
  });

  test("cannot read without a token, or behind a closed gate, and says why", async () => {
    await expect(readerWith({ kind: "none", code: "missing", why: "no secret" })).rejects.toMatchObject({
      name: "CannotRead",
      message: "no secret",
    });
    await expect(readerWith(token, "the token was refused")).rejects.toThrow("the token was refused");
  });
});

describe("makeReadHeld()", () => {
  const read = async (
    userId: string,
    byName: Found<readonly HeldLicense[]>,
    listed: Found<string | undefined> = found("listed-id"),
    knownId?: string,
  ) => {
    const asked: string[] = [];
    const readHeld = makeReadHeld(
      {
        heldLicenses: (subject) => {
          asked.push(subject.userId);
          return Promise.resolve(subject.userId.includes("@") ? byName : held);
        },
      },
      { known: () => knownId, find: () => Promise.resolve(listed) },
    );
    return { ...(await readHeld(aRequest({ userId }), reader)), asked };
  };

  test("reads by name where that is taken, and by the id that is known", async () => {
    expect(await read("ana@contoso.com", held)).toEqual({
      userId: "ana@contoso.com",
      held,
      asked: ["ana@contoso.com"],
    });
    expect(await read("ana@contoso.com", held, found("x"), "known-id")).toMatchObject({
      userId: "known-id",
      asked: ["known-id"],
    });
  });

  test.each([400, 404])("reads by the listed id when a read by name is answered %i", async (status) => {
    const refused = notFound({ status });
    expect(await read("ana@contoso.com", refused)).toEqual({
      userId: "listed-id",
      held,
      asked: ["ana@contoso.com", "listed-id"],
    });
  });

  test("leaves it at any other answer", async () => {
    const refused = notFound({ status: 403 });
    expect(await read("ana@contoso.com", refused)).toMatchObject({
      held: refused,
      asked: ["ana@contoso.com"],
    });
  });

  test("tells nobody of that name from a list that cannot be read", async () => {
    const refused = notFound({ status: 404 });
    expect((await read("ana@contoso.com", refused, found(undefined))).held).toMatchObject({
      status: 404,
      code: 60_002,
    });
    const away = notFound({ status: 503 });
    expect((await read("ana@contoso.com", refused, away)).held).toBe(away);
  });
});

describe("makeReadState()", () => {
  const state = (
    heldNow: Found<readonly HeldLicense[]>,
    skus: Found<ReturnType<typeof aSku>[]> = found([aSku({})]),
  ) =>
    makeReadState({
      readHeld: ({ userId }) => Promise.resolve({ userId, held: heldNow }),
      catalogs: { of: () => Promise.resolve(skus) },
      getReader: () => Promise.resolve(reader),
    })(ana, log);

  test("reads what the user holds and the customer has subscribed to", async () => {
    expect(await state(held)).toEqual({
      kind: "read",
      held: [{ skuId: E3, plans: [] }],
      catalog: [aSku({})],
    });
  });

  test("cannot read for trouble that passes or a token that is refused", async () => {
    await expect(state(notFound({ status: 503, retryAfterMs: 9 }))).rejects.toMatchObject({
      name: "CannotRead",
      retryAfterMs: 9,
    });
    await expect(state(held, notFound({ status: 401 }))).rejects.toThrow(CannotRead);
    for (const status of [200, 204, 206])
      await expect(state(notFound({ status }))).rejects.toThrow(CannotRead);
  });

  test("says what Partner Center refuses to tell of", async () => {
    expect(await state(notFound({ status: 403, why: "answered 403" }))).toEqual({
      kind: "unreadable",
      why: "Reading the user's licenses: Partner Center answered 403",
    });
    expect(await state(held, notFound({ status: 403 }))).toMatchObject({
      kind: "unreadable",
      why: "Reading the customer's SKUs: Partner Center answered",
    });
  });
});

describe("startLocate()", () => {
  const user = (usageLocation: string | undefined): Found<CustomerUser> =>
    found({ id: "u", userPrincipalName: "ana@contoso.com", usageLocation });
  const locating = (looks: readonly Found<CustomerUser>[], set: Found<CustomerUser> = user("DE")) => {
    const calls: string[] = [];
    let index = 0;
    const locate = startLocate(
      {
        user: () => {
          calls.push("look");
          index += 1;
          return Promise.resolve(looks[Math.min(index, looks.length) - 1] ?? user(undefined));
        },
        setUsageLocation: (_subject, usageLocation) => {
          calls.push(`set ${usageLocation}`);
          return Promise.resolve(set);
        },
      },
      ana,
      "DE",
    );
    return { calls, locate, next: () => locate.next(reader) };
  };

  test("changes nothing of a user who has a location, and looks only once", async () => {
    const { calls, locate, next } = locating([user("FR")]);
    expect(await next()).toEqual({ kind: "located" });
    expect(await next()).toEqual({ kind: "located" });
    expect([calls, locate.hasChanged]).toEqual([["look"], false]);
  });

  test("sets one that is missing, once, and then waits until it is seen", async () => {
    const { calls, locate, next } = locating([user(undefined), user(undefined), user("DE")]);
    expect([await next(), await next(), await next()].map(({ kind }) => kind)).toEqual([
      "notYet",
      "notYet",
      "located",
    ]);
    expect([calls, locate.hasChanged]).toEqual([["look", "set DE", "look", "look"], true]);
  });

  test("does not look for it for ever", async () => {
    const { next } = locating([user(undefined)]);
    const kinds: string[] = [];
    for (let look = 0; look < 7; look += 1) kinds.push((await next()).kind);
    expect(kinds.indexOf("located")).toBe(5);
  });

  test.each([200, 204])(
    "looks, and sets nothing twice, when the new location was answered %i in vain",
    async (status) => {
      const { calls, locate, next } = locating([user(undefined), user("DE")], notFound({ status }));
      expect([await next(), await next()].map(({ kind }) => kind)).toEqual(["notYet", "located"]);
      expect([calls, locate.hasChanged]).toEqual([["look", "set DE", "look"], true]);
    },
  );

  test("passes on why the user cannot be read or set", async () => {
    expect(await locating([notFound({ status: 503 })]).next()).toMatchObject({ kind: "notNow" });
    const unset = locating([user(undefined)], notFound({ status: 403 }));
    expect(await unset.next()).toMatchObject({ kind: "refused" });
    expect(unset.locate.hasChanged).toBe(false);
  });
});

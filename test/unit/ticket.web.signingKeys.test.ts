import { describe, expect, test } from "vitest";

import { makeReadSigningKey } from "../../shared/ticket/web/signingKeys.ts";
import { fakeClock } from "../support/fakeClock.ts";

const MINUTE_MS = 60_000;

/** A reader of keys whose addresses answer with their own name, or with what they are told to. */
const aReader = () => {
  const clock = fakeClock();
  const asked: string[] = [];
  const state = { status: 200 };
  const read = makeReadSigningKey(({ url }) => {
    asked.push(url.pathname);
    return Promise.resolve({ status: state.status, text: JSON.stringify({ signing_key: url.pathname }) });
  }, clock.now);
  return { clock, asked, state, read: (path: string) => read(new URL(`https://cw.example${path}`), false) };
};

describe("makeReadSigningKey()", () => {
  test("keeps a key for an hour, beside those of other addresses", async () => {
    const { read, asked, clock } = aReader();
    expect([await read("/a"), await read("/b"), await read("/a"), await read("/b")]).toEqual([
      "/a",
      "/b",
      "/a",
      "/b",
    ]);
    clock.pass(60 * MINUTE_MS - 1);
    await read("/a");
    expect(asked).toEqual(["/a", "/b"]);
    clock.pass(1);
    await read("/a");
    expect(asked).toEqual(["/a", "/b", "/a"]);
  });

  test("asks an address that gave none again after half a minute", async () => {
    const { read, asked, clock, state } = aReader();
    state.status = 500;
    await expect(read("/a")).rejects.toThrow('"cw.example" gave no signing key (status 500)');
    clock.pass(29_999);
    await expect(read("/a")).rejects.toThrow("gave no signing key");
    state.status = 200;
    clock.pass(1);
    expect(await read("/a")).toBe("/a");
    expect(asked).toHaveLength(2);
  });

  test("asks twenty new addresses in a minute, and goes on a minute later", async () => {
    const { read, asked, clock } = aReader();
    for (let number = 0; number < 20; number += 1) await read(`/${number}`);
    await expect(read("/20")).rejects.toThrow("too many different addresses");
    clock.pass(MINUTE_MS - 1);
    await expect(read("/20")).rejects.toThrow("too many different addresses");
    expect(asked).toHaveLength(20);
    // The addresses that were turned down count as well
    clock.pass(MINUTE_MS);
    expect(await read("/20")).toBe("/20");
  });

  test("forgets all keys rather than keep more than fifty", async () => {
    const { read, asked, clock } = aReader();
    for (let number = 0; number < 50; number += 1) {
      clock.pass(10_000);
      await read(`/${number}`);
    }
    await read("/0");
    expect(asked).toHaveLength(50);
    clock.pass(10_000);
    await read("/50");
    await read("/0");
    expect(asked.slice(50)).toEqual(["/50", "/0"]);
  });
});

import { describe, expect, test } from "vitest";

import { assertAddressAllowed, makeGuardedLookup, type Resolve } from "../../shared/ticket/web/addresses.ts";

const closed = { allowLoopback: false };
const open = { allowLoopback: true };
const isAllowed = (host: string, rules = closed): boolean => {
  try {
    assertAddressAllowed(host, rules);
    return true;
  } catch {
    return false;
  }
};

const notPublic = [
  "127.0.0.1",
  "127.8.8.8",
  "[::1]",
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "224.0.0.1",
  "192.0.2.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "240.0.0.1",
  "[::]",
  "[fe80::1]",
  "[fc00::1]",
  "[fd12:3456::1]",
  "[ff02::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:10.0.0.1]",
  "[::ffff:a9fe:a9fe]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
  "[2001:db8::1]",
];

describe("assertAddressAllowed()", () => {
  test.each(notPublic)("blocks %s", (host) => {
    expect(isAllowed(host)).toBe(false);
  });

  test.each(["8.8.8.8", "[2606:4700:4700::1111]", "desk.example.com"])(
    "lets %s pass, or be looked up",
    (host) => {
      expect(isAllowed(host)).toBe(true);
    },
  );

  test("lets this machine pass only where a setting says so, and still nothing private", () => {
    expect([isAllowed("127.0.0.1", open), isAllowed("[::1]", open)]).toEqual([true, true]);
    expect([isAllowed("10.0.0.1", open), isAllowed("169.254.169.254", open)]).toEqual([false, false]);
  });
});

const lookUp = (found: readonly string[], all = true): Promise<unknown> =>
  new Promise((resolve) => {
    const resolver: Resolve = (_host, done) => {
      done(
        null,
        found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    };
    makeGuardedLookup(closed, resolver)("desk.example.com", { all }, (error, address) => {
      resolve(error === null ? address : error.message);
    });
  });

describe("makeGuardedLookup()", () => {
  test("hands out public addresses", async () => {
    expect(await lookUp(["8.8.8.8"])).toEqual([{ address: "8.8.8.8", family: 4 }]);
    expect(await lookUp(["8.8.8.8"], false)).toBe("8.8.8.8");
  });

  test.each([[["127.0.0.1"]], [["8.8.8.8", "10.0.0.1"]], [["2606:4700:4700::1111", "::1"]]])(
    "blocks a host with one address that is not public: %j",
    async (found) => {
      expect(await lookUp(found)).toMatch(/not public/);
    },
  );

  test("hands out an error for a host without addresses", async () => {
    expect(await lookUp([], false)).toMatch(/no address/);
  });
});

import { describe, expect, test } from "vitest";

import { VaultError, type VaultErrorCode } from "../../shared/vault/errors.ts";
import { makeSharedSecrets } from "../../shared/vault/sharedSecrets.ts";
import { fakeClock } from "../support/fakeClock.ts";

const aVault = () => {
  const clock = fakeClock();
  const values = new Map<string, string>([["now", "n1"]]);
  let trouble: VaultErrorCode | undefined;
  let reads = 0;
  const secrets = makeSharedSecrets((name) => {
    reads += 1;
    const value = values.get(name);
    if (trouble !== undefined) return Promise.reject(new VaultError(trouble, "trouble"));
    return value === undefined ? Promise.reject(new VaultError("missing", "none")) : Promise.resolve(value);
  }, clock.now);
  return {
    secrets,
    clock,
    values,
    reads: () => reads,
    fail: (code: VaultErrorCode | undefined) => {
      trouble = code;
    },
  };
};

describe("makeSharedSecrets()", () => {
  test("reads once for all who wait, and keeps it for five minutes", async () => {
    const { secrets, clock, reads } = aVault();
    const all = await Promise.all(Array.from({ length: 50 }, () => secrets.of("now", undefined)));
    expect(all.every(([value]) => value === "n1")).toBe(true);
    clock.pass(299_000);
    await secrets.of("now", undefined);
    expect(reads()).toBe(1);
    clock.pass(2000);
    await secrets.of("now", undefined);
    expect(reads()).toBe(2);
  });

  test("gives the secret before too, while it is there", async () => {
    const { secrets, values, clock } = aVault();
    values.set("before", "b1");
    expect(await secrets.of("now", "before")).toEqual(["n1", "b1"]);
    values.delete("before");
    clock.pass(301_000);
    expect(await secrets.of("now", "before")).toEqual(["n1"]);
  });

  test("sees a rotated secret when a delivery does not fit, but asks the vault at most every half a minute", async () => {
    const { secrets, values, clock, reads } = aVault();
    await secrets.of("now", undefined);
    values.set("now", "n2");
    expect(await secrets.of("now", undefined, true)).toEqual(["n1"]);
    clock.pass(31_000);
    expect(await secrets.of("now", undefined, true)).toEqual(["n2"]);
    await Promise.all(Array.from({ length: 100 }, () => secrets.of("now", undefined, true)));
    expect(reads()).toBe(2);
  });

  test("goes on with what it knows while the vault is out of reach", async () => {
    const { secrets, clock, fail } = aVault();
    await secrets.of("now", undefined);
    fail("unreachable");
    clock.pass(600_000);
    expect(await secrets.of("now", undefined)).toEqual(["n1"]);
  });

  test.each(["missing", "forbidden"] as const)(
    "takes nothing any more with a secret that is %s",
    async (code) => {
      const { secrets, clock, fail } = aVault();
      await secrets.of("now", undefined);
      fail(code);
      clock.pass(600_000);
      await expect(secrets.of("now", undefined)).rejects.toThrow(VaultError);
    },
  );

  test("never works without the secret itself, and finds it soon after it is stored", async () => {
    const { secrets, values, clock } = aVault();
    values.clear();
    values.set("before", "b1");
    await expect(secrets.of("now", "before")).rejects.toThrow(/store it in the vault/);
    values.set("now", "n1");
    clock.pass(11_000);
    expect(await secrets.of("now", "before")).toEqual(["n1", "b1"]);
  });
});

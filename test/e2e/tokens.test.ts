import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { LOCAL_REFRESH_TOKEN } from "../../local/entra/startEntra.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { createToken } from "../../local/partner-center/token.ts";
import { GateView, HealthView } from "../../shared/http/api/views.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
}, 60_000);
afterAll(() => relay.close());
beforeEach(() => {
  relay.partnerCenter.reset();
  relay.keyVault.faults.clear();
});

const names = ["ana", "ben", "carla", "dario", "elif", "farid", "gina"] as const;
const everyone = [customers.contoso, customers.adatum, customers.litware].flatMap((customerId, at) =>
  names.map((name) => ({
    customerId,
    userId: [users.contoso, users.adatum, users.litware][at]?.[name] ?? "",
  })),
);
let asked = 0;
const ask = async (body: object): Promise<string> => {
  asked += 1;
  const requestId = `tokens-${asked}`;
  await relay.submit({
    requestId,
    customerId: customers.contoso,
    userId: users.contoso.ana,
    licensesToAssign: [{ skuId: skus.ems, excludedPlans: null }],
    ...body,
  });
  return requestId;
};
const statusOf = async (id: string): Promise<string | undefined> => (await relay.api().status(id))?.status;
const tokenReason = async (): Promise<unknown> =>
  HealthView.parse((await relay.ask("health")).body).checks["token"];
const healthSays = (what: string): Promise<void> =>
  until(`health says ${what}`, async () => JSON.stringify(await tokenReason()).includes(what), 15_000);
const looks = (): readonly string[] =>
  relay
    .host()
    .output()
    .match(/token\.checked isElsewhere=\w+/g) ?? [];
/** Runs the timer function, until one run had the lease: the one before may still be about to give it back. */
const renew = async (): Promise<void> => {
  for (;;) {
    const before = looks().length;
    expect(await relay.runNow("renewPartnerToken")).toBe(202);
    await until("it has looked", () => looks().length > before);
    if (looks().at(-1)?.endsWith("false") === true) return;
  }
};
/** What an instance has seen of a token is forgotten with it. */
const startAnew = async (): Promise<void> => {
  await relay.host().kill();
  await relay.restart();
};
const valuesOf = (name: string): readonly string[] => relay.keyVault.valuesOf(name);

describe("renewPartnerToken", () => {
  test("stores a new refresh token, then a new access token, when the old one nears its end", async () => {
    const before = valuesOf("partner-refresh-token").length;
    relay.keyVault.set("partner-access-token", createToken({ lifetimeSeconds: 600 }));
    await renew();
    expect(isNearEnd(valuesOf("partner-access-token")[0])).toBe(false);
    expect(valuesOf("partner-refresh-token")).toHaveLength(before + 1);
    expect(valuesOf("partner-refresh-token").at(-1)).toBe(LOCAL_REFRESH_TOKEN);
    const id = await ask({});
    await until("it is applied", async () => (await statusOf(id)) === "applied");
    const secrets = ["partner-access-token", "partner-refresh-token", "partner-app-credential"];
    const log = relay.host().output();
    expect(secrets.flatMap(valuesOf).filter((value) => log.includes(value))).toEqual([]);
  });

  test("is done once however many start it at once", async () => {
    relay.keyVault.set("partner-access-token", createToken({ lifetimeSeconds: 600 }));
    relay.entra.fault({ kind: "slow", ms: 500 });
    const before = relay.entra.requests();
    const looked = looks().length;
    await Promise.all([1, 2, 3, 4].map(() => relay.runNow("renewPartnerToken")));
    await until("all have looked", () => looks().length >= looked + 4);
    expect(isNearEnd(valuesOf("partner-access-token")[0])).toBe(false);
    expect(relay.entra.requests() - before).toBe(1);
  });

  test("stops at invalid_grant, tells of it once, and goes on with a new refresh token", async () => {
    const [code, reason] = [700_082, "renewal-stopped-consent-needed"];
    relay.keyVault.set("partner-access-token", createToken({ lifetimeSeconds: 600 }));
    relay.entra.fault({ kind: "refuse", error: "invalid_grant", code });
    const before = relay.entra.requests();
    await renew();
    await healthSays(reason);
    await renew();
    expect(relay.entra.requests() - before).toBe(1);
    const newest = valuesOf("partner-refresh-token")[0] ?? "";
    relay.keyVault.set("partner-refresh-token", newest);
    await renew();
    expect(isNearEnd(valuesOf("partner-access-token")[0])).toBe(false);
  });
});

const isNearEnd = (token: string | undefined): boolean => {
  const { expiresAtMs = 0 } = readPartnerToken(token ?? "");
  return expiresAtMs - Date.now() < 30 * 60_000;
};

describe("token health", () => {
  test("names a token that is going to be refused before any call fails for it", async () => {
    const calls = relay.partnerCenter.calls().length;
    relay.keyVault.set("partner-access-token", createToken({ kind: "partner" }));
    await healthSays("access-token-partner-token-of-generatetoken");
    expect(relay.partnerCenter.calls()).toHaveLength(calls);
    relay.keyVault.set("partner-access-token", createToken());
  });

  test("is told as an event once, and again when it comes back", async () => {
    const alerts = (): number =>
      relay.ends.alerts().filter(({ alert }) => alert === "access-token-no-mfa-in-amr").length;
    relay.keyVault.set("partner-access-token", createToken({ mfa: false }));
    await renew();
    await until("it is told", () => alerts() === 1);
    await renew();
    expect(alerts()).toBe(1);
    relay.keyVault.set("partner-access-token", createToken());
  });

  test("names what Partner Center says of MFA, though it takes the call", async () => {
    relay.partnerCenter.updateSettings({ withoutMfa: "accept" });
    relay.keyVault.set("partner-access-token", createToken({ mfa: false }));
    await startAnew();
    const id = await ask({ userId: users.contoso.carla });
    await until("it is applied", async () => (await statusOf(id)) === "applied");
    await healthSays("token-not-mfa-compliant");
    expect(relay.partnerCenter.calls().at(-1)).toMatchObject({ status: 201 });
    relay.keyVault.set("partner-access-token", createToken());
    await startAnew();
  });
});

describe("the token gate", () => {
  const gateState = async (): Promise<unknown> => {
    const { body } = await relay.ask("token-gate");
    return GateView.parse(body).state;
  };
  const closeGate = async (): Promise<readonly string[]> => {
    relay.keyVault.set("partner-access-token", createToken({ kind: "partner" }));
    await startAnew();
    const ids: string[] = [];
    for (const one of everyone) ids.push(await ask(one));
    await until("the gate is closed", async () => (await gateState()) === "closed");
    return ids;
  };
  const count = async (ids: readonly string[], wanted: string): Promise<number> =>
    (await Promise.all(ids.map(statusOf))).filter((status) => status === wanted).length;
  /** Nothing is under way any more. */
  const quiet = async (): Promise<number> => {
    let seen = -1;
    let times = 0;
    await until("no call is under way", () => {
      const { length } = relay.partnerCenter.calls();
      times = length === seen ? times + 1 : 0;
      seen = length;
      return times > 10;
    });
    return seen;
  };

  test("lets the other messages wait after the first few refusals, until the vault has another token", async () => {
    const ids = await closeGate();
    const calls = await quiet();
    await healthSays("token-gate-closed");
    expect(relay.partnerCenter.calls()).toHaveLength(calls);
    expect(await count(ids, "refused")).toBeLessThan(ids.length);
    relay.keyVault.set("partner-access-token", createToken());
    await until(
      "the rest is applied",
      async () => (await count(ids, "applied")) + (await count(ids, "refused")) === ids.length,
      40_000,
    );
    const operation = await relay.api().start("replay", { category: "token-kind" });
    await until("what was refused meanwhile is replayed", async () => {
      const { endedAt, failed } = await relay.api().operation(operation);
      return endedAt !== undefined && failed === 0;
    });
    expect(await count(ids, "applied")).toBe(ids.length);
  }, 90_000);

  test("is opened by an operator's word", async () => {
    await closeGate();
    const calls = await quiet();
    const response = await relay.ask("token-gate/open", { by: "ops" });
    expect(response).toMatchObject({ status: 200, body: { state: "open", openedBy: "ops" } });
    await until("it is tried again", () => relay.partnerCenter.calls().length > calls);
    expect(await relay.ask("token-gate/open", {})).toMatchObject({ status: 400 });
    relay.keyVault.set("partner-access-token", createToken());
  }, 60_000);
});

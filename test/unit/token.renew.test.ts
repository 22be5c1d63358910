import { describe, expect, test } from "vitest";

import type { AlertEvent } from "../../shared/token/alertEvent.ts";
import type { TokenAlert } from "../../shared/token/alerts.ts";
import { entraFailureOf } from "../../shared/token/entra/failures.ts";
import type { Grant } from "../../shared/token/entra/grant.ts";
import { tokenIdOf } from "../../shared/token/partnerToken.ts";
import { makeRenew, makeTellAlerts } from "../../shared/token/renew.ts";
import type { GateRow } from "../../shared/token/store/gate.ts";
import { makeRenewals } from "../../shared/token/store/renewals.ts";
import { VaultError, type VaultErrorCode } from "../../shared/vault/errors.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const jwt = (expiresAtMs: number): string =>
  ["{}", JSON.stringify({ exp: expiresAtMs / 1000 }), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
const notNow = (retryAfterMs = 0): Grant => ({ kind: "notNow", why: "answered 503", retryAfterMs });
const refused: Grant = {
  kind: "refused",
  error: "invalid_grant",
  codes: [700_082],
  failure: entraFailureOf("invalid_grant", [700_082]),
};

/** A vault with the secrets of the app, and a token endpoint that answers in a row, the last for ever. */
const aScene = (grants: readonly Grant[] = []) => {
  const clock = fakeClock();
  const journal = logJournal();
  const table = memoryTable();
  const renewals = makeRenewals(table, clock.now);
  const stored = new Map([
    ["refresh", { value: "refresh-1", version: "v1" }],
    ["credential", { value: "client secret", version: "v1" }],
    ["access", { value: jwt(clock.now() + 10 * MINUTE_MS), version: "v1" }],
  ]);
  const written: {
    readonly name: string;
    readonly value: string;
    readonly expiresAtMs: number | undefined;
  }[] = [];
  const cleaned: string[] = [];
  const asked: string[] = [];
  const state: { failure?: VaultErrorCode; gate?: GateRow; writeFailures: number } = { writeFailures: 0 };
  const good: Grant = {
    kind: "tokens",
    accessToken: jwt(clock.now() + HOUR_MS),
    refreshToken: "refresh-2",
    expiresInSeconds: 3600,
  };
  const answers = grants.length === 0 ? [good] : grants;
  const renew = makeRenew({
    clock,
    renewals,
    vault: {
      read: (name) => {
        const secret = stored.get(name);
        if (state.failure !== undefined)
          return Promise.reject(new VaultError(state.failure, "Cannot read it"));
        return secret === undefined
          ? Promise.reject(new VaultError("missing", `Cannot read "${name}"`))
          : Promise.resolve({ ...secret, createdAtMs: undefined });
      },
      write: (name, value, expiresAtMs) => {
        state.writeFailures -= 1;
        if (state.writeFailures >= 0) return Promise.reject(new VaultError("unreachable", "Cannot write it"));
        return later(() => {
          written.push({ name, value, expiresAtMs });
          stored.set(name, { value, version: `v${written.length + 1}` });
        });
      },
      disableReplaced: (name, before) => {
        return later(() => {
          cleaned.push(`${name} ${(before - clock.now()) / HOUR_MS}`);
          return 2;
        });
      },
    },
    endpoint: {
      refresh: (refreshToken) => {
        asked.push(refreshToken);
        const answer = answers[Math.min(asked.length, answers.length) - 1];
        return answer === undefined ? Promise.reject(new Error("no answer")) : Promise.resolve(answer);
      },
    },
    secrets: { refresh: "refresh", access: "access", credential: "credential", app: "app" },
    gate: { read: () => Promise.resolve(state.gate) },
    patiently: makePatiently(clock, { holdBudgetMs: 10_000, backoffBaseMs: 100 }),
  });
  const accessFor = (ms: number): void => {
    stored.set("access", { value: jwt(clock.now() + ms), version: "v1" });
  };
  const closeGate = (category: string): void => {
    const tokenId = tokenIdOf({ value: stored.get("access")?.value ?? "" });
    state.gate = { tokenId, category, closedAt: "2026-01-01T00:00:00.000Z", refusals: 3 };
  };
  return {
    renew: () => renew(journal.log),
    renewals,
    clock,
    journal,
    stored,
    written,
    cleaned,
    asked,
    state,
    accessFor,
    closeGate,
    table,
    good,
  };
};

describe("makeRenew()", () => {
  test("stores the refresh token before the access token, each with its end", async () => {
    const { renew, written, clock, good, renewals, journal, asked } = aScene();
    const startMs = clock.now();
    await renew();
    expect(asked).toEqual(["refresh-1"]);
    expect(written).toEqual([
      { name: "refresh", value: "refresh-2", expiresAtMs: startMs + 90 * DAY_MS },
      {
        name: "access",
        value: good.kind === "tokens" ? good.accessToken : "",
        expiresAtMs: startMs + HOUR_MS,
      },
    ]);
    expect(await renewals.read()).toMatchObject({ renewedAt: new Date(startMs).toISOString() });
    expect(journal.events()).toEqual(["token.renewed", "token.cleaned", "token.checked"]);
  });

  test("leaves the refresh token as it is when no new one came", async () => {
    const { renew, written } = aScene([{ kind: "tokens", accessToken: "a", expiresInSeconds: 60 }]);
    await renew();
    expect(written.map(({ name }) => name)).toEqual(["access"]);
  });

  test.each([
    ["30 minutes are left", 30 * MINUTE_MS, 0],
    ["less than that is left", 30 * MINUTE_MS - 1000, 1],
    ["it has expired", -MINUTE_MS, 1],
  ])("asks for a new one when %s: %i ms", async (_, leftMs, count) => {
    const { renew, accessFor, asked } = aScene();
    accessFor(leftMs);
    await renew();
    expect(asked).toHaveLength(count);
  });

  test("asks when there is no access token yet, or none that says when it ends", async () => {
    const none = aScene();
    none.stored.delete("access");
    await none.renew();
    expect(none.written).toHaveLength(2);
    const opaque = aScene();
    opaque.stored.set("access", { value: "opaque", version: "v1" });
    await opaque.renew();
    expect(opaque.written).toHaveLength(2);
  });

  test("notes that the vault is out of reach, and does not ask", async () => {
    const { renew, state, renewals, asked, journal } = aScene();
    state.failure = "unreachable";
    await renew();
    expect(asked).toEqual([]);
    expect(await renewals.read()).toMatchObject({ failed: { why: "Cannot read it" } });
    expect(journal.events()).toEqual(["token.notRenewed", "token.checked"]);
  });

  test("replaces a token that Partner Center refuses, when a new one can help", async () => {
    const curable = aScene();
    curable.accessFor(HOUR_MS);
    curable.closeGate("token-rejected");
    await curable.renew();
    expect(curable.asked).toHaveLength(1);

    const incurable = aScene();
    incurable.accessFor(HOUR_MS);
    incurable.closeGate("mfa-required");
    await incurable.renew();
    expect(incurable.asked).toHaveLength(0);
  });

  test("replaces a refused token at most every half hour, and never one that was not refused", async () => {
    const { renew, renewals, clock, accessFor, closeGate, state, asked } = aScene();
    accessFor(3 * HOUR_MS);
    closeGate("token-kind");
    await renewals.write({ told: [], renewedAt: new Date(clock.now()).toISOString() });
    clock.pass(30 * MINUTE_MS - 1);
    await renew();
    expect(asked).toHaveLength(0);
    clock.pass(1);
    const gate = state.gate;
    if (gate === undefined) throw new Error("The gate is open");
    state.gate = { ...gate, tokenId: "another token" };
    await renew();
    expect(asked).toHaveLength(0);
    state.gate = gate;
    await renew();
    expect(asked).toHaveLength(1);
  });

  test("tries three times, longer apart each time, when Microsoft Entra is in trouble", async () => {
    const { renew, asked, clock, renewals, written } = aScene([notNow()]);
    await renew();
    expect(asked).toHaveLength(3);
    expect(clock.waits).toEqual([2000, 4000]);
    expect(written).toEqual([]);
    expect(await renewals.read()).toMatchObject({ failed: { why: "Microsoft Entra answered 503" } });
  });

  test("waits as long as it is told to, and leaves a long wait to the next run", async () => {
    const short = aScene([notNow(9000), { kind: "tokens", accessToken: "a", expiresInSeconds: 60 }]);
    await short.renew();
    expect([short.clock.waits, short.written.length]).toEqual([[9000], 1]);
    const long = aScene([notNow(MINUTE_MS + 1)]);
    await long.renew();
    expect([long.clock.waits, long.asked.length]).toEqual([[], 1]);
  });

  test("forgets an earlier failure after a success, and keeps what was told", async () => {
    const { renew, renewals } = aScene();
    await renewals.write({ told: ["an-alert"], failed: { at: "2026-01-01T00:00:00.000Z", why: "x" } });
    await renew();
    const after = await renewals.read();
    expect(after).not.toHaveProperty("failed");
    expect(after.told).toEqual(["an-alert"]);
  });

  test("stops after a refusal until a secret has a new version", async () => {
    const { renew, renewals, asked, stored, journal, good } = aScene([refused, refused]);
    await renew();
    expect(await renewals.read()).toMatchObject({
      stopped: { category: "consent-needed", codes: [700_082] },
    });
    expect(journal.entries[0]).toMatchObject({
      event: "token.renewalStopped",
      fields: { category: "consent-needed", error: "invalid_grant", codes: "700082" },
    });
    await renew();
    expect(asked).toHaveLength(1);
    stored.set("refresh", { value: "refresh-3", version: "v2" });
    await renew();
    expect(asked).toEqual(["refresh-1", "refresh-3"]);
    stored.set("credential", { value: "another secret", version: "v2" });
    await renew();
    expect(asked).toHaveLength(3);
    expect(good.kind).toBe("tokens");
  });

  test("is under way again once a new version works", async () => {
    const { renew, renewals, stored } = aScene([
      refused,
      { kind: "tokens", accessToken: "a", expiresInSeconds: 3600 },
    ]);
    await renew();
    stored.set("refresh", { value: "refresh-3", version: "v2" });
    await renew();
    expect(await renewals.read()).not.toHaveProperty("stopped");
  });

  test("says of a credential that is none what is wrong with it", async () => {
    const { renew, stored, renewals, asked } = aScene();
    const key = "-----BEGIN RSA PRIVATE KEY-----";
    stored.set("credential", { value: key, version: "v1" });
    await renew();
    expect(asked).toEqual([]);
    expect((await renewals.read()).failed?.why).toMatch(
      /^Cannot use secret "credential": the key is missing/,
    );
  });

  test("says so of an answer as if a person had to sign in", async () => {
    const { renew, renewals } = aScene([{ kind: "pending", slowDown: false }]);
    await renew();
    expect((await renewals.read()).failed?.why).toContain("as if a person had to sign in");
  });

  test("keeps trying for a while to store what it has got", async () => {
    const { renew, state, written } = aScene();
    state.writeFailures = 2;
    await renew();
    expect(written.map(({ name }) => name)).toEqual(["refresh", "access"]);
  });

  test("has renewed nothing as long as it cannot be stored", async () => {
    const { renew, state, renewals, journal } = aScene();
    state.writeFailures = 1000;
    await renew();
    expect(await renewals.read()).toMatchObject({ failed: { why: "Cannot write it" } });
    expect(await renewals.read()).not.toHaveProperty("renewedAt");
    expect(journal.events()).not.toContain("token.renewed");
    expect(journal.events()).not.toContain("token.cleaned");
  });

  test("disables what was replaced a day ago, once a day", async () => {
    const { renew, cleaned, clock, accessFor, journal } = aScene();
    await renew();
    expect(cleaned).toEqual(["refresh -24", "access -24"]);
    expect(journal.entries.find(({ event }) => event === "token.cleaned")?.fields).toEqual({ disabled: 4 });
    accessFor(0);
    clock.pass(DAY_MS - 1);
    await renew();
    expect(cleaned).toHaveLength(2);
    accessFor(0);
    clock.pass(1);
    await renew();
    expect(cleaned).toHaveLength(4);
  });

  test("leaves it to the instance that has the lease, as long as it lasts", async () => {
    const { renew, renewals, clock, asked, journal } = aScene();
    await renewals.alone(3 * MINUTE_MS, async () => {
      await renew();
      expect(asked).toHaveLength(0);
      expect(journal.entries).toEqual([{ event: "token.checked", fields: { isElsewhere: true } }]);
      clock.pass(3 * MINUTE_MS);
      await renew();
      expect(asked).toHaveLength(1);
    });
    expect(journal.entries.at(-1)).toEqual({ event: "token.checked", fields: { isElsewhere: false } });
  });

  test("gives the lease back, also after a defect", async () => {
    const { renewals } = aScene();
    const run = renewals.alone(MINUTE_MS, () => Promise.reject(new Error("a defect")));
    await expect(run).rejects.toThrow("a defect");
    expect(await renewals.alone(MINUTE_MS, () => Promise.resolve())).toBe(true);
  });
});

describe("makeTellAlerts()", () => {
  const alert = (id: string): TokenAlert => ({ id, severity: "critical", meaning: "m", remedy: "r" });
  const aTeller = (first: readonly TokenAlert[]) => {
    const { renewals, clock, journal, table } = aScene();
    const events: AlertEvent[] = [];
    const state = { alerts: first, isBrokerAway: false };
    const tell = makeTellAlerts({
      clock,
      renewals,
      readAlerts: () => Promise.resolve(state.alerts),
      publish: (event) => {
        if (state.isBrokerAway) return Promise.reject(new Error("the broker is away"));
        return later(() => void events.push(event));
      },
    });
    return { tell: () => tell(journal.log), events, state, journal, renewals, table };
  };

  test("tells of each once, as long as it is true", async () => {
    const { tell, events, state, journal } = aTeller([alert("a"), alert("b")]);
    await tell();
    await tell();
    expect(events.map(({ subject }) => subject)).toEqual(["a", "b"]);
    expect(journal.entries[0]).toEqual({
      event: "token.alert",
      fields: { alert: "a", severity: "critical", meaning: "m", remedy: "r" },
    });
    state.alerts = [alert("b")];
    await tell();
    state.alerts = [alert("a"), alert("b")];
    await tell();
    expect(events.map(({ subject }) => subject)).toEqual(["a", "b", "a"]);
  });

  test("tells later what it could not tell", async () => {
    const { tell, events, state } = aTeller([alert("a")]);
    state.isBrokerAway = true;
    await expect(tell()).rejects.toThrow("the broker is away");
    state.isBrokerAway = false;
    await tell();
    expect(events).toMatchObject([{ type: "com.license-relay.token.alert", data: { alert: "a" } }]);
  });

  test("keeps what else is known of the renewal", async () => {
    const { tell, renewals } = aTeller([alert("a")]);
    await renewals.write({ told: [], renewedAt: "2026-01-01T00:00:00.000Z" });
    await tell();
    expect(await renewals.read()).toEqual({ told: ["a"], renewedAt: "2026-01-01T00:00:00.000Z" });
  });

  test("writes nothing when nothing is new", async () => {
    const { tell, table } = aTeller([]);
    await tell();
    expect(table.rows()).toEqual([]);
  });
});

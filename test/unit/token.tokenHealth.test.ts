import { describe, expect, test } from "vitest";

import { createToken } from "../../local/partner-center/token.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import type { Outgoing, Raw } from "../../shared/partner-center/transport.ts";
import { watchMfa } from "../../shared/token/mfaWatch.ts";
import { readPartnerToken, tokenIdOf } from "../../shared/token/partnerToken.ts";
import { makeGateStore } from "../../shared/token/store/gate.ts";
import { makeMfaNotes } from "../../shared/token/store/mfaNotes.ts";
import { makeRenewals, type Renewal } from "../../shared/token/store/renewals.ts";
import { makeTokenGate } from "../../shared/token/tokenGate.ts";
import { makeReadTokenAlerts, reasonOf } from "../../shared/token/tokenHealth.ts";
import { VaultError, type VaultErrorCode } from "../../shared/vault/errors.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";

const DAY_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
const stopped = {
  key: "k",
  at: "2026-01-01T00:00:00.000Z",
  category: "consent-needed",
  meaning: "m",
  remedy: "r",
  codes: [],
};

interface World {
  readonly isRenewing?: boolean;
  /** How long the access token is good for still. */
  readonly leftMs?: number;
  readonly refreshDays?: number;
  readonly failures?: Readonly<Record<string, VaultErrorCode>>;
  readonly renewal?: Partial<Renewal>;
  readonly gate?: "closed" | "closed for another" | "opened";
  readonly withoutMfa?: boolean;
}

/** The names of the alerts in a world. */
const alertsIn = async (world: World = {}): Promise<string | undefined> => {
  const { isRenewing = true, leftMs = 60 * MINUTE_MS, refreshDays = 0, failures = {} } = world;
  const clock = fakeClock();
  const value = createToken({ issuedAtMs: clock.now(), lifetimeSeconds: leftMs / 1000 });
  const renewals = makeRenewals(memoryTable(), clock.now);
  await renewals.write({ told: [], ...world.renewal });
  const mfaNotes = makeMfaNotes(memoryTable());
  await mfaNotes.note(world.withoutMfa === true ? tokenIdOf({ value }) : "another");
  const store = makeGateStore(memoryTable());
  if (world.gate !== undefined) {
    await store.write({
      tokenId: world.gate === "closed for another" ? "another" : tokenIdOf({ value }),
      category: "token-kind",
      closedAt: "2026-01-01T00:00:00.000Z",
      refusals: 3,
      ...(world.gate === "opened" ? { openedAt: "2026-01-01T00:00:00.000Z" } : {}),
    });
  }
  const read = makeReadTokenAlerts({
    clock,
    renewals,
    mfaNotes,
    gate: store,
    accessSecret: "access",
    refreshSecret: isRenewing ? "refresh" : undefined,
    vault: {
      read: (name) => {
        const failure = failures[name];
        if (failure !== undefined) return Promise.reject(new VaultError(failure, `Cannot read ${name}`));
        const createdAtMs = clock.now() - refreshDays * DAY_MS;
        return Promise.resolve({ value: name === "access" ? value : "refresh", version: "v", createdAtMs });
      },
    },
  });
  return reasonOf(await read());
};

describe("makeReadTokenAlerts()", () => {
  test.each<[string, World, string | undefined]>([
    ["nothing of good tokens", {}, undefined],
    ["a missing access token", { failures: { access: "missing" } }, "access-token-missing"],
    ["nothing of a missing refresh token", { failures: { refresh: "missing" } }, undefined],
    ["an old refresh token", { refreshDays: 70 }, "refresh-token-70-percent"],
    ["nothing of its age when it is another's to renew", { isRenewing: false, refreshDays: 70 }, undefined],
    ["a renewal that has stopped", { renewal: { stopped } }, "renewal-stopped-consent-needed"],
    ["nothing of that when it is another's to renew", { isRenewing: false, renewal: { stopped } }, undefined],
    ["a token near its end that was not renewed", { leftMs: 5 * MINUTE_MS }, "access-token-not-renewed"],
    ["one that has just so much left", { leftMs: 10 * MINUTE_MS }, "access-token-not-renewed"],
    ["nothing of one that has more left", { leftMs: 11 * MINUTE_MS }, undefined],
    ["a closed gate", { gate: "closed" }, "token-gate-closed"],
    ["nothing of a gate that was opened", { gate: "opened" }, undefined],
    ["nothing of a gate closed for another token", { gate: "closed for another" }, undefined],
    [
      "nothing of the gate without a token",
      { gate: "closed", failures: { access: "missing" } },
      "access-token-missing",
    ],
    ["a token without MFA", { withoutMfa: true }, "token-not-mfa-compliant"],
    [
      "all there is, the most pressing first",
      { gate: "closed", refreshDays: 70 },
      "token-gate-closed, refresh-token-70-percent",
    ],
  ])("tells of %s", async (_, world, names) => {
    expect(await alertsIn(world)).toBe(names);
  });

  test("cannot tell when the vault is out of reach", async () => {
    await expect(alertsIn({ failures: { access: "unreachable" } })).rejects.toThrow(VaultError);
  });
});

describe("makeTokenGate()", () => {
  const cause = causeOf(401, undefined);
  const [one, other] = [readPartnerToken("one"), readPartnerToken("other")];
  const aGate = () => {
    const clock = fakeClock();
    const journal = logJournal();
    const table = memoryTable();
    const make = () => makeTokenGate(makeGateStore(table), clock);
    const refuse = async (gate: ReturnType<typeof make>, token = one, times = 1): Promise<void> => {
      for (let time = 0; time < times; time += 1) await gate.refused(token, cause, journal.log);
    };
    return { clock, journal, table, make, refuse, gate: make() };
  };

  test("closes after three refusals of one token in a row, for that token only", async () => {
    const { gate, refuse, journal } = aGate();
    await refuse(gate, one, 2);
    expect(await gate.closedFor(one)).toBeUndefined();
    await refuse(gate);
    expect(await gate.closedFor(one)).toContain(`the token was refused (${cause.category})`);
    expect(await gate.closedFor(other)).toBeUndefined();
    expect(journal.entries).toEqual([
      { event: "gate.closed", fields: { category: cause.category, refusals: 3 } },
    ]);
  });

  test("counts anew after a call that passed, and for another token", async () => {
    const { gate, refuse } = aGate();
    await refuse(gate, one, 2);
    gate.passed(one);
    await refuse(gate, one, 2);
    expect(await gate.closedFor(one)).toBeUndefined();
    await refuse(gate, other, 2);
    gate.passed(one);
    await refuse(gate, other);
    expect(await gate.closedFor(other)).toBeDefined();
  });

  test("closes for every instance, within five seconds", async () => {
    const { gate, refuse, make, clock } = aGate();
    const elsewhere = make();
    expect(await elsewhere.closedFor(one)).toBeUndefined();
    await refuse(gate, one, 3);
    clock.pass(4999);
    expect(await elsewhere.closedFor(one)).toBeUndefined();
    clock.pass(1);
    expect(await elsewhere.closedFor(one)).toBeDefined();
  });

  test("opens by an operator, and lets the token be tried three times again, everywhere", async () => {
    const { gate, refuse, make, clock, journal } = aGate();
    const elsewhere = make();
    await refuse(elsewhere, one, 3);
    clock.pass(5000);
    expect(await gate.closedFor(one)).toBeDefined();
    expect(await gate.open("kim", journal.log)).toMatchObject({ openedBy: "kim" });
    expect(await gate.closedFor(one)).toBeUndefined();
    clock.pass(5000);
    expect(await elsewhere.closedFor(one)).toBeUndefined();
    await refuse(elsewhere, one, 2);
    expect(await elsewhere.closedFor(one)).toBeUndefined();
    await refuse(elsewhere);
    expect(await elsewhere.closedFor(one)).toBeDefined();
    expect(journal.events()).toEqual(["gate.closed", "gate.opened", "gate.closed"]);
  });

  test("has nothing to open that was never closed", async () => {
    const { gate, journal, table } = aGate();
    expect(await gate.open("kim", journal.log)).toBeUndefined();
    expect([journal.events(), table.rows()]).toEqual([[], []]);
  });

  test("closes here when the ledger is out of reach, and says so", async () => {
    const { gate, refuse, table, journal, clock } = aGate();
    await refuse(gate, one, 2);
    table.fail(1);
    await refuse(gate);
    expect(journal.events()).toEqual(["gate.closed", "ledger.failed"]);
    clock.pass(5000);
    table.fail(1);
    expect(await gate.closedFor(one)).toBeDefined();
  });
});

describe("watchMfa()", () => {
  const answer = (said?: string): Raw => ({
    kind: "response",
    status: 200,
    header: (name) => (name === "ismfacompliant" ? said : undefined),
    body: new Uint8Array(),
    whole: true,
  });
  const outgoing = (authorization?: string): Outgoing => ({
    method: "GET",
    customerId: "",
    path: "/",
    headers: authorization === undefined ? {} : { authorization },
  });
  const watched = async (calls: readonly (readonly [Raw, Outgoing])[]) => {
    const told: string[] = [];
    const raws = calls.map(([raw]) => raw);
    const send = watchMfa(
      () => Promise.resolve(raws.shift() ?? answer()),
      (tokenId) => told.push(tokenId),
    );
    for (const [raw, out] of calls) expect(await send(out)).toBe(raw);
    return told;
  };
  const idOf = (value: string): string => tokenIdOf({ value });

  test("tells once of each token that is said to be without MFA", async () => {
    const no = answer(" False ");
    expect(
      await watched([
        [no, outgoing("Bearer one")],
        [no, outgoing("Bearer one")],
        [no, outgoing("Bearer other")],
      ]),
    ).toEqual([idOf("one"), idOf("other")]);
  });

  test("tells nothing when nothing, or something else, is said", async () => {
    expect(
      await watched([
        [answer("true"), outgoing("Bearer one")],
        [answer(), outgoing("Bearer one")],
        [answer("false"), outgoing()],
        [{ kind: "failure", sent: true, why: "no answer" }, outgoing("Bearer one")],
      ]),
    ).toEqual([]);
  });
});

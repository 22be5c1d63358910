import { expect, test } from "vitest";

import { makeHealth } from "../../shared/http/health.ts";
import { VaultError } from "../../shared/vault/errors.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const { log } = logJournal();
/** A clock on which patience never runs out. */
const patient = () => ({ ...fakeClock(), sleep: () => Promise.withResolvers<void>().promise });
const well = (): Promise<void> => Promise.resolve();

test("makeHealth() says in one word what ails a dependency", async () => {
  const vault = () => Promise.reject(new VaultError("forbidden", "Cannot read secret: access is denied"));
  const read = makeHealth({ clock: patient(), warnings: {}, probes: { queue: well, vault } });
  expect(await read(log)).toEqual({
    status: "unhealthy",
    checks: { queue: { status: "healthy" }, vault: { status: "unhealthy", reason: "forbidden" } },
  });
});

test("makeHealth() logs why a dependency fails", async () => {
  const journal = logJournal();
  const queue = () => Promise.reject(new Error("Cannot use the queue: it is away"));
  const read = makeHealth({ clock: patient(), warnings: {}, probes: { queue, ledger: well } });
  expect(await read(journal.log)).toMatchObject({ checks: { queue: { reason: "failed" } } });
  expect(journal.entries).toEqual([
    { event: "health.failed", fields: { dependency: "queue", why: "Cannot use the queue: it is away" } },
  ]);
});

test("makeHealth() is degraded by a warning, and by none that cannot be found out", async () => {
  const read = (warning: () => Promise<string | undefined>, probe = well) =>
    makeHealth({ clock: patient(), warnings: { token: warning }, probes: { queue: probe } })(log);
  expect(await read(() => Promise.resolve("expires-soon"))).toEqual({
    status: "degraded",
    checks: { queue: { status: "healthy" }, token: { status: "degraded", reason: "expires-soon" } },
  });
  const healthy = { status: "healthy", checks: { token: { status: "healthy" } } };
  expect(await read(() => Promise.resolve(undefined))).toMatchObject(healthy);
  expect(await read(() => Promise.reject(new Error("away")))).toMatchObject(healthy);
  const worse = await read(
    () => Promise.resolve("expires-soon"),
    () => Promise.reject(new Error("away")),
  );
  expect(worse.status).toBe("unhealthy");
});

test("makeHealth() does not wait for a dependency that never answers", async () => {
  const read = makeHealth({
    clock: fakeClock(),
    warnings: {},
    probes: { queue: () => Promise.withResolvers<void>().promise },
  });
  expect(await read(log)).toMatchObject({ checks: { queue: { reason: "timeout" } } });
});

test("makeHealth() asks the dependencies once in five seconds, however often it is called", async () => {
  let probes = 0;
  const queue = () => {
    probes += 1;
    return Promise.resolve();
  };
  let nowMs = 0;
  const clock = { ...patient(), now: () => nowMs };
  const read = makeHealth({ clock, warnings: {}, probes: { queue } });
  await Promise.all([read(log), read(log)]);
  await read(log);
  expect(probes).toBe(1);
  nowMs = 5000;
  await read(log);
  expect(probes).toBe(2);
});

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Output } from "../../cli/io.ts";
import { runProgram } from "../../cli/program.ts";
import { sampleSecrets } from "../../local/desk/sampleSources.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

let relay: Relay;
let folder: string;
beforeAll(async () => {
  relay = await startRelay();
  folder = await mkdtemp(join(tmpdir(), "license-relay-cli-"));
}, 60_000);
afterAll(async () => {
  await relay.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As at a prompt, in a process of its own; all else runs in this one, which is sooner done. */
const runProcess = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const all = { ...process.env, NO_COLOR: "1", ...env };
    const child = execFile(process.execPath, [MAIN, ...args], { env: all }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end();
  });

const runWith = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> => {
  const said = { out: "", err: "" };
  const to = (name: keyof typeof said): Output => ({
    write: (text) => {
      said[name] += text;
    },
    isTerminal: false,
    columns: 120,
  });
  const code = await runProgram(args, "0.0.0", {
    env,
    out: to("out"),
    err: to("err"),
    readStdin: () => Promise.resolve(new Uint8Array()),
    confirm: () => Promise.resolve(false),
    signal: new AbortController().signal,
  });
  return { code, ...said };
};

const shift = () => ({
  LICENSE_RELAY_URL: relay.host().url,
  LICENSE_RELAY_KEY: "local-operator",
  LICENSE_RELAY_BY: "morning shift",
});
const run = (...args: readonly string[]): Promise<Ran> => runWith(shift(), ...args);

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

const csv = (rows: readonly string[]): string => ["requestId,customerId,userId,assign", ...rows].join("\n");

describe("license-relay submit", () => {
  test("sends a CSV file, follows each request and prints one row for each", async () => {
    const path = await file(
      "good.csv",
      csv([
        `cli-1,${customers.contoso},${users.contoso.ana},${skus.e3}`,
        `cli-2,${customers.contoso},${users.contoso.ben},${skus.e3}`,
      ]),
    );
    const { code, out } = await runProcess(shift(), "submit", path, "--wait", "--csv");
    expect(out).toBe("requestId,status,detail\ncli-1,applied,\ncli-2,applied,\n");
    expect(code).toBe(0);
  });

  test("sends nothing when one row is wrong, and names every problem by row and field", async () => {
    const path = await file(
      "bad.csv",
      csv([
        `cli-good,${customers.contoso},${users.contoso.ana},${skus.e3}`,
        `cli-bad,acme,${users.contoso.ana},`,
      ]),
    );
    const { code, out, err } = await run("submit", path);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("row 3: /customerId must be the tenant id");
    expect(err).toContain("must have licensesToAssign or licensesToRemove");
    expect((await run("status", "cli-good")).code).toBe(3);
  });

  test("gives a request without an id one that is the same when the file is sent again", async () => {
    const request = {
      customerId: customers.contoso,
      userId: users.contoso.carla,
      licensesToAssign: [{ skuId: skus.e3 }],
    };
    const path = await file("same.json", JSON.stringify([request]));
    const first = await run("submit", path, "--json", "--wait");
    const second = await run("submit", path, "--json", "--wait");
    expect(first.out).toBe(second.out);
    expect(JSON.parse(first.out)).toMatchObject({ status: "applied" });
  });
});

describe("license-relay poison", () => {
  test("shows the groups, replays one and says what was refused again", async () => {
    const request = {
      requestId: "cli-no-seats",
      customerId: customers.adatum,
      userId: users.adatum.ana,
      licensesToAssign: [{ skuId: skus.visio }],
    };
    await run("submit", await file("visio.json", JSON.stringify(request)), "--wait");
    await until("it is filed", async () => (await relay.api().poison("cli-no-seats")) !== undefined);
    const groups = await run("poison", "--csv");
    expect(groups.out).toMatch(new RegExp(`^no-seats,60012,${customers.adatum},1,`, "m"));
    const select = ["--category", "no-seats", "--customer", customers.adatum];
    expect((await run("poison", "note", "ordered", ...select)).code).toBe(0);
    expect((await run("poison", "--json")).out).toContain('"text":"ordered","by":"morning shift"');
    const again = await run("poison", "replay", ...select, "--wait");
    expect(again.code).toBe(1);
    expect(again.out).toContain("replay by morning shift: stopped");
    relay.partnerCenter.setSeats(customers.adatum, skus.visio, 3);
    expect((await run("poison", "replay", "cli-no-seats", "--wait")).code).toBe(0);
    const status = await run("status", "cli-no-seats");
    expect(status.out).toContain("status    applied");
    expect(JSON.parse((await run("poison", "show", "cli-no-seats")).out)).toMatchObject({ state: "closed" });
    expect((await run("operations", "--csv")).out.match(/,replay,/g)).toHaveLength(2);
  });

  test("discards one and restores it; the operation can be looked at, and its end is no cancelling", async () => {
    const request = {
      requestId: "cli-blocked",
      customerId: customers.fabrikam,
      userId: users.fabrikam.ana,
      licensesToAssign: [{ skuId: skus.e3 }],
    };
    await run("submit", await file("blocked.json", JSON.stringify(request)), "--wait");
    await until("it is filed", async () => (await relay.api().poison("cli-blocked")) !== undefined);
    expect((await run("poison", "discard", "cli-blocked", "--why", "left", "--wait")).code).toBe(0);
    const listed = await run("list", "--customer", customers.fabrikam, "--csv");
    expect(listed.out).toContain("\ncli-blocked,discarded,");
    const restore = (await run("poison", "restore", "cli-blocked")).out.trim();
    const restored = await run("operation", restore, "--wait");
    expect([restored.code, restored.out]).toEqual([
      0,
      "restore by morning shift: done\n1 of 1 done, 0 failed, 0 skipped\n",
    ]);
    expect((await run("cancel", restore)).out).toBe(restored.out);
    expect((await run("status", "cli-blocked")).out).toContain("status    refused");
  });

  test("replays nothing without ids or a selection", async () => {
    const { code, err } = await run("poison", "replay");
    expect(code).toBe(2);
    expect(err).toContain("give ids, or --category, --code or --customer");
  });
});

describe("license-relay", () => {
  test("says in a line what is wrong with the key, the address or the arguments", async () => {
    const wrongKey = await runWith(
      { LICENSE_RELAY_URL: relay.host().url, LICENSE_RELAY_KEY: "not-shown" },
      "poison",
    );
    expect(wrongKey.code).toBe(4);
    expect(wrongKey.err).toContain("the key is not accepted");
    expect(wrongKey.err).not.toContain("not-shown");
    const nobody = await run("status", "x", "--url", "http://127.0.0.1:1");
    expect([nobody.code, nobody.err]).toEqual([
      4,
      "license-relay: Cannot reach http://127.0.0.1:1: no answer; check --url, and that it runs\n",
    ]);
    const plain = await run("status", "x", "--url", "http://relay.example.com");
    expect([plain.code, plain.err.split("\n").length]).toEqual([2, 2]);
    expect((await runProcess({}, "nonsense")).code).toBe(2);
  });

  test("helps", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    expect(out).toContain("Exit codes: 0 good");
  });
});

describe("license-relay ticket check", () => {
  const body = JSON.stringify({
    customerId: "contoso",
    userId: users.contoso.ana,
    licensesToAssign: "E3",
    ticket: "1",
  });
  const check = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    runWith(
      { LICENSE_RELAY_URL: relay.host().url, LICENSE_RELAY_KEY: "local-operator", ...env },
      "ticket",
      "check",
      ...args,
    );

  test("signs a delivery as its sender would and says what it would come to", async () => {
    const path = await file("delivery.json", body);
    const good = await check(
      { LICENSE_RELAY_TICKET_SECRET: sampleSecrets["ticket-webhook"] },
      "webhook",
      path,
      "--profile",
      "standard-webhooks",
    );
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("it matches");
    expect(good.out).not.toContain(sampleSecrets["ticket-webhook"]);
    const wrong = await check({ LICENSE_RELAY_TICKET_SECRET: "wrong" }, "zendesk", path, "--json");
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.out)).toMatchObject({
      wouldAnswer: 401,
      signature: { ok: false },
      mapping: { ok: true },
    });
  });

  test("checks the mapping without a secret too, and names what it does not know", async () => {
    const path = await file("unsigned.json", body);
    expect((await check({}, "webhook", path)).out).toContain("webhook-id is missing");
    expect(await check({}, "nobody", path)).toMatchObject({ code: 3 });
    expect((await check({ LICENSE_RELAY_TICKET_SECRET: "x" }, "webhook", path)).err).toContain(
      "give --profile",
    );
    expect((await check({}, "webhook", "no-such-file")).err).toContain("Cannot read");
  });
});

describe("license-relay submit --preview", () => {
  test("shows what would come of each license, and sends nothing", async () => {
    const changes = [
      `preview-1,${customers.litware},${users.litware.ana},SPE_E3`,
      `preview-2,${customers.litware},${users.litware.ben},VISIOCLIENT`,
      `preview-3,${customers.litware},${users.litware.ben},SPE_E9`,
    ];
    const path = await file("preview.csv", csv(changes));
    const { code, out, err } = await run("--json", "submit", path, "--preview");
    const rows = out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(rows).toMatchObject([
      { requestId: "preview-1", license: "SPE_E3", result: "assign", user: "ana@litware.onmicrosoft.com" },
      { requestId: "preview-2", license: "VISIOCLIENT", result: "no seats" },
      { requestId: "preview-3", result: "unknown-sku" },
    ]);
    expect([code, err]).toEqual([1, ""]);
    expect(await run("status", "preview-1")).toMatchObject({ code: 3 });
  });
});

describe("license-relay seats and reconcile", () => {
  test("show what is waited for, and what is against what was asked for", async () => {
    const wait = `wait-1,${customers.litware},${users.litware.carla},VISIOCLIENT,PT1H`;
    const path = await file("wait.csv", `requestId,customerId,userId,assign,waitForSeats\n${wait}`);
    const sent = await run("--json", "submit", path, "--wait");
    expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("waits for a free seat") as unknown]);
    const seats = await run("--json", "seats", "--customer", customers.litware);
    expect(JSON.parse(seats.out)).toMatchObject({ skuPartNumber: "VISIOCLIENT", waiting: 1, missing: 1 });

    const done = await file("done.csv", csv([`done-1,${customers.litware},${users.litware.elif},EMS`]));
    await run("submit", done, "--wait");
    const good = await run("--json", "reconcile", "--customer", customers.litware);
    expect(JSON.parse(good.out)).toMatchObject({ sku: "EMS", is: "as wanted", requestId: "done-1" });
    relay.partnerCenter.world.customers
      .get(customers.litware)
      ?.users.get(users.litware.elif)
      ?.licenses.clear();
    const bad = await run("reconcile", "--customer", customers.litware);
    expect([bad.code, bad.out]).toEqual([1, expect.stringContaining("differs") as unknown]);
    expect(bad.err).toContain("0 of 1 are as wanted");
  });
});

test("license-relay gate says that it is open, and opening it changes nothing", async () => {
  const open = { code: 0, out: "The gate is open, and never was closed\n" };
  expect(await run("gate")).toMatchObject(open);
  expect(await run("gate", "open")).toMatchObject(open);
});

describe("license-relay consent", () => {
  // What signs in to the vault reads the settings of its process
  const consent = (...args: readonly string[]) => runProcess(relay.settings, "consent", ...args);

  test("signs in by device code, checks the token, and stores it", async () => {
    const before = relay.keyVault.valuesOf("partner-refresh-token").length;
    const running = consent();
    const signIn = setInterval(() => relay.entra.signIn(), 100);
    const { code, out } = await running;
    clearInterval(signIn);
    expect(out).toContain("enter the code LOCAL-CODE");
    expect(out).toContain("good  audience, user and MFA of the token");
    expect(out).toContain(`good  reads customer ${customers.contoso}`);
    expect(code).toBe(0);
    expect(relay.keyVault.valuesOf("partner-refresh-token")).toHaveLength(before + 1);
  });

  test("stores nothing of a sign-in without MFA", async () => {
    const before = relay.keyVault.valuesOf("partner-refresh-token").length;
    relay.entra.issue({ mfa: false });
    const running = consent();
    const signIn = setInterval(() => relay.entra.signIn(), 100);
    const { code, out, err } = await running;
    clearInterval(signIn);
    relay.entra.issue({});
    expect([code, out]).toEqual([1, expect.stringContaining("NOT GOOD  no mfa in amr") as unknown]);
    expect(err).toContain("Nothing was stored");
    expect(relay.keyVault.valuesOf("partner-refresh-token")).toHaveLength(before);
  });

  test("says in plain words why a customer cannot be read", async () => {
    const running = consent("--customer", customers.northwind);
    const signIn = setInterval(() => relay.entra.signIn(), 100);
    const { code, out } = await running;
    clearInterval(signIn);
    expect(code).toBe(1);
    expect(out).toContain("too few privileges in the customer's tenant. Check the GDAP relationship");
  });

  test("names the setting that is missing", async () => {
    const { code, err } = await runWith({ ...relay.settings, PARTNER_TENANT_ID: "" }, "consent");
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("give --tenant, or set PARTNER_TENANT_ID") as unknown,
    ]);
  });
});

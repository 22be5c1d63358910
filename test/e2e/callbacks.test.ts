import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Desk, Note } from "../../local/desk/startDesk.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { HealthView, type PoisonView } from "../../shared/http/api/views.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const SECRET_BEFORE = "whsec_YSBzZWNyZXQgdGhhdCB3YXMgZ29vZCBiZWZvcmUgdGhpcyBvbmU=";

/** Each its own receiver, so that what is off for one is on for another. */
const files = (desk: Desk) => {
  const base = { profile: "bearer", secret: "ticket-webhook" };
  const at = (host: string) => `${desk.url.replace("127.0.0.1", host)}/tickets/{ticketId}`;
  return {
    plain: {
      ...base,
      callbackUrl: at("127.0.0.1"),
      callbackSecret: "ticket-callback",
      callbackPreviousSecret: "callback-before",
      callbackHosts: ["localhost"],
      callbackAuthorization: "desk-authorization",
    },
    german: { ...base, language: "de", callbackUrl: at("127.0.0.1"), callbackSecret: "ticket-callback" },
    gone: { ...base, callbackUrl: at("localhost"), callbackSecret: "ticket-callback" },
    halo: {
      ...base,
      callbackUrl: at("127.0.0.1"),
      callbackTemplate: "halopsa-action",
      callbackAuthorization: "desk-authorization",
    },
    inside: { ...base, callbackUrl: "https://169.254.169.254/metadata", callbackSecret: "ticket-callback" },
  };
};

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay({
    tickets: async (desk) => {
      const folder = await mkdtemp(join(tmpdir(), "license-relay-callbacks-"));
      for (const [name, file] of Object.entries(files(desk)))
        await writeFile(join(folder, `${name}.json`), JSON.stringify(file));
      return folder;
    },
  });
  relay.keyVault.set("desk-authorization", "Basic ZGVzaw==");
  relay.keyVault.set("callback-before", SECRET_BEFORE);
}, 60_000);
afterAll(() => relay.close());
beforeEach(() => relay.desk.answer(undefined));

/** Asks for a change on a ticket whose id is that of the request. */
const ask = async (id: string, source: string, more: object = {}): Promise<void> => {
  const response = await relay.submit({
    requestId: id,
    customerId: customers.contoso,
    userId: users.contoso.ana,
    licensesToAssign: [{ skuId: skus.e3, excludedPlans: null }],
    ticket: { system: "desk", id, source },
    ...more,
  });
  expect(response.status).toBe(202);
};
const notesOn = async (id: string, count = 1): Promise<readonly Note[]> => {
  await until("the ticket is told", () => relay.desk.notesOn(id).length >= count, 20_000);
  return relay.desk.notesOn(id);
};
const firstNote = async (id: string): Promise<Note> => {
  const [note] = await notesOn(id);
  if (note === undefined) throw new Error("no note");
  return note;
};
const callbackPoison = async (category: string, ticketId: string): Promise<PoisonView> => {
  let found: string | undefined;
  await until(
    "it is so",
    async () => {
      const list = await relay.api().poisonList({ category });
      found = list.items.find(
        ({ kind, description = "" }) =>
          kind === "callback" && description.includes(`ticket desk/${ticketId}:`),
      )?.id;
      return found !== undefined;
    },
    20_000,
  );
  const view = await relay.api().poison(found ?? "");
  if (view === undefined) throw new Error("no poison message");
  return view;
};
const replay = async (ids: readonly string[]): Promise<void> => {
  const id = await relay.api().start("replay", { ids });
  await until("it is so", async () => (await relay.api().operation(id)).endedAt !== undefined, 20_000);
};

describe("a ticket is told", () => {
  test("of a change that was applied: signed, with the event and a sentence", async () => {
    await ask("told-applied", "plain");
    const note = await firstNote("told-applied");
    expect(note).toMatchObject({ method: "POST", isSigned: true });
    expect(note.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    expect(note.headers).toMatchObject({
      "content-type": "application/json",
      authorization: "Basic ZGVzaw==",
    });
    expect(JSON.parse(note.body)).toMatchObject({
      specversion: "1.0",
      type: "com.license-relay.update.applied",
      id: note.headers["webhook-id"],
      message: `License change applied for ${users.contoso.ana}: assign Microsoft 365 E3. Request told-applied.`,
    });
    await until(
      "it is so",
      async () => (await relay.api().status("told-applied"))?.history.at(-1)?.event === "notified",
      10_000,
    );
  });

  test("of a refusal, in the language of its source", async () => {
    await ask("told-refused", "german", { customerId: customers.fabrikam, userId: users.fabrikam.ana });
    const { message } = await firstNote("told-refused");
    expect(message).toContain("Eine Richtlinie für bedingten Zugriff");
    expect(message).toContain("(conditional-access). Zu tun (Kunde)");
  });

  test("at the address of the request, when the source allows its host; never with its Authorization", async () => {
    const callbackUrl = `${relay.desk.url.replace("127.0.0.1", "localhost")}/tickets/told-elsewhere`;
    await ask("told-elsewhere", "plain", {
      ticket: { system: "desk", id: "x", source: "plain", callbackUrl },
    });
    const { headers, isSigned } = await firstNote("told-elsewhere");
    expect([isSigned, headers["authorization"]]).toEqual([true, undefined]);
  });

  test("in the shape of its system", async () => {
    await ask("shape-halo", "halo", { ticket: { system: "desk", id: "4711", source: "halo" } });
    const note = await firstNote("4711");
    expect([note.method, note.headers["authorization"]]).toEqual(["POST", "Basic ZGVzaw=="]);
    expect(JSON.parse(note.body)).toMatchObject([
      {
        ticket_id: 4711,
        outcome_id: 7,
        hiddenfromuser: true,
        note_html: expect.stringContaining("License change applied") as unknown,
      },
    ]);
  });
});

describe("a ticketing system that does not take it", () => {
  test("is told again later, under the same id and with a time of its own", async () => {
    relay.desk.answer({ status: 500 });
    await ask("again-later", "plain");
    await notesOn("again-later");
    relay.desk.answer(undefined);
    const notes = await notesOn("again-later", 2);
    const ids = new Set(notes.map(({ headers }) => headers["webhook-id"]));
    expect(ids.size).toBe(1);
    expect(notes.every(({ isSigned }) => isSigned)).toBe(true);
    expect(notes.every(({ headers }) => headers["idempotency-key"] === headers["webhook-id"])).toBe(true);
  });

  test("after the last try makes a poison message of kind callback, which can be replayed", async () => {
    relay.desk.answer({ status: 503 });
    await ask("given-up", "plain");
    const poison = await callbackPoison("callback-failed", "given-up");
    expect(poison).toMatchObject({ kind: "callback", state: "open", owner: "operator" });
    expect(poison.description).toMatch(/answered 503, at try 3/);
    expect(JSON.parse(poison.body)).toMatchObject({ subject: "given-up" });
    await replay([poison.id]);
    expect(await relay.api().poison(poison.id)).toMatchObject({ state: "open", failures: 2 });
    relay.desk.answer(undefined);
    await replay([poison.id]);
    expect(await relay.api().poison(poison.id)).toMatchObject({ state: "closed" });
    const ids = new Set(relay.desk.notesOn("given-up").map(({ headers }) => headers["webhook-id"]));
    expect([...ids]).toHaveLength(1);
    expect(relay.desk.notesOn("given-up")).toHaveLength(5);
  }, 60_000);

  test("with 410 turns its callbacks off, says so in health, and is turned on by a replay that is taken", async () => {
    relay.desk.answer({ status: 410 });
    await ask("gone-1", "gone");
    const first = await callbackPoison("callback-gone", "gone-1");
    const health = async () => HealthView.parse(await (await fetch(`${relay.host().url}/api/health`)).json());
    await until(
      "it is so",
      async () => (await health()).checks["tickets"]?.reason?.includes("gone") === true,
      20_000,
    );
    expect((await fetch(`${relay.host().url}/api/health`)).status).toBe(200);
    relay.desk.answer(undefined);
    await ask("gone-2", "gone");
    const second = await callbackPoison("callback-off", "gone-2");
    expect(relay.desk.notesOn("gone-2")).toEqual([]);
    await replay([first.id]);
    expect(await relay.api().poison(first.id)).toMatchObject({ state: "closed" });
    await replay([second.id]);
    await notesOn("gone-2");
    await ask("gone-3", "gone");
    await notesOn("gone-3");
  }, 60_000);

  test("is not waited for when it hangs", async () => {
    relay.desk.answer({ status: 200, hangs: true });
    await ask("hangs", "plain");
    await notesOn("hangs");
    relay.desk.answer(undefined);
    const notes = await notesOn("hangs", 2);
    expect(new Set(notes.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  test("is told all the same when the functions die on the way, under the same id", async () => {
    relay.desk.answer({ status: 200, hangs: true });
    await ask("killed", "plain");
    await notesOn("killed");
    await relay.host().kill();
    relay.desk.answer(undefined);
    await relay.restart();
    // The broker gives the message out again when its lock is over
    await until("the ticket is told", () => relay.desk.notesOn("killed").length >= 2, 90_000);
    const ids = new Set(relay.desk.notesOn("killed").map(({ headers }) => headers["webhook-id"]));
    expect(ids.size).toBe(1);
  }, 120_000);

  test("inside the network is never called", async () => {
    await ask("ssrf", "inside");
    const { description } = await callbackPoison("callback-blocked", "ssrf");
    expect(description).toContain("not public");
  });
});

import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";

import { makeSettle } from "../../shared/change/settle.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { filePoison } from "../../shared/ledger/entry/poison.ts";
import type { PoisonMessage } from "../../shared/message/poisonMessage.ts";
import { evaluate } from "../../shared/ticket/mapping/evaluate.ts";
import { callbackKeyOf } from "../../shared/ticket/out/callback.ts";
import { makeCallbacksOff } from "../../shared/ticket/out/callbacksOff.ts";
import { makeNotify } from "../../shared/ticket/out/notify.ts";
import { makePost } from "../../shared/ticket/out/post.ts";
import { makeTicketHealth } from "../../shared/ticket/out/ticketHealth.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { WebError } from "../../shared/ticket/web/errors.ts";
import { VaultError } from "../../shared/vault/errors.ts";
import { makeSharedSecrets } from "../../shared/vault/sharedSecrets.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aDelivery, aFailure, aRequest, bytesOf } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";

const SECRET = "whsec_c2VjcmV0IG9mIGEgZGVzaywgYXMgdGVzdHMgaGF2ZSBpdA==";
const OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2YgYSBkZXNrLCBhcyB0ZXN0cw==";
const SCHEDULE = [5, 300];

type Reply = number | Error;

/** Callbacks to a desk that replies in a row, the last for ever. */
const aDesk = (replies: readonly Reply[], more: Readonly<Record<string, unknown>> | "no callback" = {}) => {
  const file =
    more === "no callback"
      ? {}
      : {
          callbackUrl: "https://desk.example.com/tickets/{ticketId}",
          callbackSecret: "callback",
          ...more,
        };
  const time = fakeClock();
  const clock = { ...time, random: () => 0 };
  const journal = logJournal();
  const { ledger, entries } = aLedger();
  const offTable = memoryTable();
  const off = makeCallbacksOff(offTable, clock.now);
  const vault: Record<string, string | VaultError> = { callback: SECRET, before: OTHER, basic: "Basic abc" };
  const poison: PoisonMessage[] = [];
  const scheduled: { readonly attempt: number; readonly inMs: number }[] = [];
  const calls: {
    readonly href: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }[] = [];
  const state = { brokerFailures: 0 };
  const sources = new Map([
    ["desk", toSource("desk", SourceFile.parse({ profile: "zendesk", secret: "signing", ...file }))],
  ]);
  const secrets = makeSharedSecrets((name) => {
    const value = vault[name] ?? new VaultError("missing", "there is none");
    return value instanceof VaultError ? Promise.reject(value) : Promise.resolve(value);
  }, clock.now);
  const patiently = makePatiently(clock, { holdBudgetMs: 10_000, backoffBaseMs: 100 });
  const notify = makeNotify({
    clock,
    sources,
    off,
    ledger,
    patiently,
    scheduleSeconds: SCHEDULE,
    post: makePost({
      clock,
      secrets,
      evaluate,
      send: ({ url, method, headers, body = "" }) => {
        calls.push({ href: url.href, method, headers, body });
        const reply = replies[Math.min(calls.length, replies.length) - 1] ?? 200;
        return reply instanceof Error ? Promise.reject(reply) : Promise.resolve({ status: reply, text: "" });
      },
    }),
    settle: makeSettle({
      patiently,
      sendPoison: (message) => later(() => void poison.push(message)),
      sendOutcome: () => Promise.reject(new Error("not asked for")),
    }),
    schedule: (_body, { attempt }, atMs) => {
      state.brokerFailures -= 1;
      if (state.brokerFailures >= 0) return Promise.reject(new Error("the broker is away"));
      return later(() => void scheduled.push({ attempt, inMs: atMs - clock.now() }));
    },
  });
  const anEvent = (ticket: object = {}) => ({
    id: "event-1",
    subject: "request-1",
    data: {
      outcome: "applied",
      alreadySo: false,
      requestId: "request-1",
      userId: "ana@contoso.com",
      ticket: { system: "zendesk", id: "47/11", source: "desk", ...ticket },
    },
  });
  const tell = (messageId = "event-1", event: unknown = anEvent()) =>
    notify.tell(aDelivery({ messageId, body: bytesOf(event) }), journal.log);
  const { poisonId } = callbackKeyOf(undefined, "event-1");
  const health = makeTicketHealth({ sources, secrets, off });
  return {
    tell,
    anEvent,
    notify,
    poison,
    scheduled,
    calls,
    journal,
    ledger,
    entries,
    off,
    offTable,
    vault,
    state,
    health,
    clock: time,
    poisonId,
    again: (attempt: number, run = 0) => `${poisonId}~${run}~${attempt}`,
  };
};

describe("notify.tell()", () => {
  test("posts the outcome to the ticket, signed, with a sentence for people", async () => {
    const { tell, calls, journal, poison, scheduled } = aDesk([202]);
    await tell();
    const [call] = calls;
    expect(call).toMatchObject({
      href: "https://desk.example.com/tickets/47%2F11",
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "event-1", "webhook-id": "event-1" },
    });
    expect(JSON.parse(call?.body ?? "")).toMatchObject({ id: "event-1", data: { outcome: "applied" } });
    expect(call?.body).toContain("ana@contoso.com");
    const at = new Date(Number(call?.headers["webhook-timestamp"]) * 1000);
    expect(call?.headers["webhook-signature"]).toBe(
      new Webhook(SECRET).sign("event-1", at, call?.body ?? ""),
    );
    expect(call?.headers).not.toHaveProperty("authorization");
    expect([poison, scheduled]).toEqual([[], []]);
    expect(journal.entries).toEqual([
      {
        event: "callback.delivered",
        fields: { eventId: "event-1", source: "desk", host: "desk.example.com", attempt: 1, status: 202 },
      },
    ]);
  });

  test("notes in the history of the request that the ticket has been told", async () => {
    const { tell, ledger } = aDesk([200]);
    await ledger.change("request-1", (entry) =>
      acceptRequest(entry, aRequest(), "2026-01-01T00:00:00.000Z", "http"),
    );
    await tell();
    expect((await ledger.history("request-1")).map(({ event }) => event)).toEqual(["accepted", "notified"]);
  });

  test("signs with both secrets while one takes over from the other", async () => {
    const { tell, calls } = aDesk([200], { callbackPreviousSecret: "before" });
    await tell();
    expect(calls[0]?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
  });

  test("sends its Authorization to its own address only", async () => {
    const file = { callbackAuthorization: "basic", callbackHosts: ["other.example.com"] };
    const { tell, calls, anEvent } = aDesk([200], file);
    await tell();
    await tell("event-2", anEvent({ callbackUrl: "https://other.example.com/hook" }));
    expect(calls.map(({ href, headers }) => [href, headers["authorization"]])).toEqual([
      ["https://desk.example.com/tickets/47%2F11", "Basic abc"],
      ["https://other.example.com/hook", undefined],
    ]);
  });

  test.each([
    [
      "zendesk-comment",
      "PUT",
      {
        ticket: {
          comment: { body: expect.stringContaining("License change applied") as unknown, public: false },
        },
      },
    ],
    [
      "jira-comment",
      "POST",
      { body: { type: "doc", version: 1, content: [{ type: "paragraph", content: [{ type: "text" }] }] } },
    ],
  ])("fills in the template %s", async (callbackTemplate, method, body) => {
    const { tell, calls } = aDesk([200], { callbackTemplate, callbackAuthorization: "basic" });
    await tell();
    expect([calls[0]?.method, calls[0]?.headers["authorization"]]).toEqual([method, "Basic abc"]);
    expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject(body);
  });

  test.each([
    ["answers 500", 500, "it answered 500"],
    ["cannot be reached", new WebError("unreachable", "no answer"), "no answer"],
    ["fails in a way that nobody knows", new Error("odd"), "Cannot post: odd"],
  ])("comes again by the schedule when the desk %s", async (_, reply, why) => {
    const { tell, scheduled, journal, again, poison } = aDesk([reply]);
    await tell();
    await tell(again(1));
    expect(scheduled).toEqual([
      { attempt: 1, inMs: 5000 },
      { attempt: 2, inMs: 300_000 },
    ]);
    expect(journal.entries).toMatchObject([
      { event: "callback.again", fields: { attempt: 1, why, waitMs: 5000 } },
      { event: "callback.again", fields: { attempt: 2 } },
    ]);
    expect(poison).toEqual([]);
  });

  test.each(["unreachable", "missing"] as const)(
    "comes again when a secret for it is %s, then becomes poison; nothing goes out unsigned",
    async (code) => {
      const { tell, scheduled, calls, vault, again, poison } = aDesk([200]);
      vault["callback"] = new VaultError(code, 'Cannot read secret "callback"');
      await tell();
      expect([calls, scheduled.length]).toEqual([[], 1]);
      await tell(again(2));
      expect([calls, poison[0]?.subject]).toEqual([[], "callback-failed"]);
      expect(poison[0]?.properties["Description"]).toContain('secret "callback"');
    },
  );

  test("tries for a while to have it come again, then gives the message back", async () => {
    const { tell, scheduled, state } = aDesk([500]);
    state.brokerFailures = 2;
    await tell();
    expect(scheduled).toHaveLength(1);
    state.brokerFailures = 1000;
    await expect(tell()).rejects.toThrow("the broker is away");
  });

  test("becomes poison after the last try, with what an operator needs", async () => {
    const { tell, poison, again, poisonId, journal } = aDesk([500]);
    await tell(again(2));
    expect(poison).toMatchObject([
      {
        subject: "callback-failed",
        properties: { Kind: "callback", PoisonId: poisonId, Run: 0, Attempts: 3 },
      },
    ]);
    expect(poison[0]?.properties["Description"]).toBe(
      "ticket zendesk/47/11: desk.example.com: it answered 500, at try 3",
    );
    expect(journal.entries.at(-1)).toMatchObject({
      event: "callback.givenUp",
      fields: { eventId: poisonId, category: "callback-failed" },
    });
  });

  test("calls nobody any more who has answered 410, until a replay is taken", async () => {
    const { tell, poison, calls, again, journal, ledger, poisonId, clock } = aDesk([410, 200]);
    await tell();
    expect(journal.entries[0]).toEqual({
      event: "callback.off",
      fields: { source: "desk", host: "desk.example.com" },
    });
    clock.pass(60_000);
    await tell("event-2");
    expect([calls.length, poison.map(({ subject }) => subject)]).toEqual([
      1,
      ["callback-gone", "callback-off"],
    ]);
    await ledger.change(poisonId, (entry) =>
      filePoison(entry, aFailure({ id: poisonId }), "2026-01-01T00:00:00.000Z"),
    );
    await tell(again(0, 1));
    expect((await ledger.read(poisonId))?.poison?.state).toBe("closed");
    await tell("event-3");
    expect(calls).toHaveLength(3);
  });

  test("a replay is one try", async () => {
    const { tell, again, poison, scheduled } = aDesk([500]);
    await tell(again(0, 1));
    expect([scheduled, poison.length]).toEqual([[], 1]);
  });

  test("is tried when the ledger cannot say whether it is off", async () => {
    const { tell, calls, offTable, journal } = aDesk([200]);
    offTable.fail(1);
    await tell();
    expect(calls).toHaveLength(1);
    expect(journal.events()).toEqual(["ledger.failed", "callback.delivered"]);
  });

  test("is not told again because it cannot be noted", async () => {
    const { tell, entries, calls, journal } = aDesk([200]);
    entries.fail(1);
    await tell();
    expect(calls).toHaveLength(1);
    expect(journal.events()).toEqual(["callback.delivered", "ledger.failed"]);
  });

  test("calls nobody when the source has no callback", async () => {
    const { tell, calls, journal, poison } = aDesk([200], "no callback");
    await tell();
    expect([calls, poison]).toEqual([[], []]);
    expect(journal.events()).toEqual(["callback.none"]);
  });

  test("captures an outcome for a source without a file, and tells it when the file is there", async () => {
    const { tell, anEvent, calls, poison, poisonId, journal, again } = aDesk([200]);
    await tell("event-1", anEvent({ source: "gone" }));
    expect(calls).toEqual([]);
    expect(poison).toMatchObject([
      {
        poisonId,
        subject: "callback-no-source",
        properties: { Kind: "callback", Description: "ticket zendesk/47/11: there is no tickets/gone.json" },
      },
    ]);
    expect(journal.events()).toEqual(["callback.givenUp"]);
    await tell(again(0, 1), anEvent({ source: "desk" }));
    expect(calls).toHaveLength(1);
  });

  test("calls no address that the source does not allow", async () => {
    const { tell, anEvent, calls, poison } = aDesk([200]);
    await tell("event-1", anEvent({ callbackUrl: "https://evil.example/hook" }));
    expect([calls, poison.map(({ subject }) => subject)]).toEqual([[], ["callback-blocked"]]);
  });

  test.each([".", "..", "", "\ud800"])("calls no address that the ticket id %j would change", async (id) => {
    const { tell, anEvent, calls, poison } = aDesk([200], {
      callbackUrl: "https://desk.example.com/api/tickets/{ticketId}/notes",
      callbackAuthorization: "basic",
    });
    await tell("event-1", anEvent({ id }));
    expect(calls).toEqual([]);
    expect(poison).toMatchObject([{ subject: "invalid-message", properties: { Kind: "callback" } }]);
    expect(poison[0]?.properties["Description"]).toContain("/data/ticket/id");
  });

  test("captures what is no event with a ticket", async () => {
    const { tell, poison } = aDesk([200]);
    await tell("event-1", { id: "event-1" });
    expect(poison).toMatchObject([
      { subject: "invalid-message", properties: { Kind: "callback", Attempts: 0 } },
    ]);
  });
});

describe("notify.capture()", () => {
  test("makes a poison message of what the broker gave up on", async () => {
    const { notify, poison, anEvent, journal, again, poisonId } = aDesk([200]);
    const given = { deadLetterReason: "MaxDeliveryCountExceeded", body: bytesOf(anEvent()) };
    await notify.capture(aDelivery({ ...given, messageId: again(1) }), journal.log);
    await notify.capture(aDelivery({ body: bytesOf("?") }), journal.log);
    expect(poison).toMatchObject([
      {
        subject: "retries-exhausted",
        properties: { PoisonId: poisonId, Attempts: 2, Description: "MaxDeliveryCountExceeded" },
      },
      { subject: "dead-lettered", properties: { Attempts: 0 } },
    ]);
  });
});

describe("makeCallbacksOff()", () => {
  const url = new URL("https://desk.example.com/hook/1?a=b");
  const elsewhere = new URL("https://other.example.com/hook/1");

  test("keeps a whole receiver off, whatever the path, and no other", async () => {
    const { off } = aDesk([]);
    await off.turnOff("desk", url, "2026-01-01T00:00:00.000Z");
    expect(await off.isOff("desk", new URL("/other", url))).toBe(true);
    expect(await off.isOff("desk", elsewhere)).toBe(false);
    expect(await off.isOff("other", url)).toBe(false);
    expect(await off.list()).toEqual(["desk"]);
    await off.turnOn("desk", url);
    expect([await off.isOff("desk", url), await off.list()]).toEqual([false, []]);
  });

  test("turns a receiver on again before it says so", async () => {
    const { off, offTable } = aDesk([]);
    await off.turnOff("desk", url, "2026-01-01T00:00:00.000Z");
    expect(await off.isOff("desk", url)).toBe(true);
    await off.turnOn("desk", url);
    expect(offTable.rows()).toEqual([]);
    expect(await off.isOff("desk", url)).toBe(false);
  });

  test("sees within half a minute what another instance has found", async () => {
    const { off, offTable, clock } = aDesk([]);
    expect(await off.isOff("desk", url)).toBe(false);
    await makeCallbacksOff(offTable, clock.now).turnOff("desk", url, "2026-01-01T00:00:00.000Z");
    clock.pass(29_999);
    expect(await off.isOff("desk", url)).toBe(false);
    clock.pass(1);
    expect(await off.isOff("desk", url)).toBe(true);
  });
});

describe("makeTicketHealth()", () => {
  test("has nothing to say when all is well, or there is no source", async () => {
    const { health, vault, off } = aDesk([]);
    vault["signing"] = SECRET;
    expect(await health()).toBeUndefined();
    const none = makeTicketHealth({
      sources: new Map(),
      off,
      secrets: { of: () => Promise.reject(new Error("not asked for")) },
    });
    expect(await none()).toBeUndefined();
  });

  test("names sources with a secret that is missing, and callbacks that are off", async () => {
    const { health, off } = aDesk([]);
    await off.turnOff("desk", new URL("https://desk.example.com"), "2026-01-01T00:00:00.000Z");
    await off.turnOff("gone", new URL("https://desk.example.com"), "2026-01-01T00:00:00.000Z");
    expect(await health()).toBe("secretMissing: desk; callbackOff: desk");
  });

  test("says nothing of a vault that is out of reach: that is another check's affair", async () => {
    const { health, vault } = aDesk([]);
    vault["signing"] = new VaultError("unreachable", "the vault is away");
    expect(await health()).toBeUndefined();
  });
});

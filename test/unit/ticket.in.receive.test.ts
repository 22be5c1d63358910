import { describe, expect, test } from "vitest";

import type { Accepted } from "../../shared/change/accept.ts";
import type { RejectedEvent } from "../../shared/message/rejected.ts";
import type { LicenseRequest } from "../../shared/request/schema.ts";
import { makeCheckTicket } from "../../shared/ticket/in/checkTicket.ts";
import { makeReadTicket } from "../../shared/ticket/in/readTicket.ts";
import { makeReceive } from "../../shared/ticket/in/receive.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import type { TicketDelivery } from "../../shared/ticket/in/verify.ts";
import { evaluate } from "../../shared/ticket/mapping/evaluate.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { WebError } from "../../shared/ticket/web/errors.ts";
import { VaultError } from "../../shared/vault/errors.ts";
import { makeSharedSecrets } from "../../shared/vault/sharedSecrets.ts";
import { aBody, bytesOf, CUSTOMER, E3 } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";

const SECRET = "whsec_c2VjcmV0IG9mIGEgZGVzaywgYXMgdGVzdHMgaGF2ZSBpdA==";
const OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2YgYSBkZXNrLCBhcyB0ZXN0cw==";
const body = aBody({ requestId: undefined, ticket: { system: "desk", id: "4711" } });

interface Scene {
  readonly file?: Readonly<Record<string, unknown>>;
  readonly accepted?: (request: LicenseRequest) => Promise<Accepted>;
  /** How long the answer to a sender is waited for: for ever, or not at all. */
  readonly isSlow?: boolean;
}

const aDesk = ({ file = {}, accepted, isSlow = false }: Scene = {}) => {
  const time = fakeClock();
  const clock = {
    ...time,
    sleep: (ms: number) => (isSlow ? time.sleep(ms) : new Promise<void>(() => undefined)),
  };
  const journal = logJournal();
  const vault: Record<string, string | VaultError> = { "desk-secret": SECRET };
  const requests: LicenseRequest[] = [];
  const brought: string[] = [];
  const events: RejectedEvent[] = [];
  const keys: { readonly href: string; readonly isTrusted: boolean }[] = [];
  const web: { key: string | WebError } = { key: "" };
  const sources = new Map([
    [
      "desk",
      toSource(
        "desk",
        SourceFile.parse({
          profile: "standard-webhooks",
          ...("profile" in file ? {} : { secret: "desk-secret" }),
          ...file,
        }),
      ),
    ],
  ]);
  const readTicket = makeReadTicket({
    clock,
    secrets: makeSharedSecrets((name) => {
      const value = vault[name] ?? new VaultError("missing", "there is none");
      return value instanceof VaultError ? Promise.reject(value) : Promise.resolve(value);
    }, clock.now),
    readSigningKey: (url, isTrusted) => {
      keys.push({ href: url.href, isTrusted });
      return web.key instanceof WebError ? Promise.reject(web.key) : Promise.resolve(web.key);
    },
    evaluate,
  });
  const receive = makeReceive({
    clock,
    sources,
    readTicket,
    accept: (request, through) => {
      requests.push(request);
      brought.push(through);
      return accepted?.(request) ?? Promise.resolve({ kind: "accepted", request, status: "accepted" });
    },
    publish: (event) => later(() => void events.push(event)),
  });
  const check = makeCheckTicket({ sources, readTicket });

  const signed = (
    content: unknown = body,
    { secret = SECRET, ageMs = 0 }: { readonly secret?: string; readonly ageMs?: number } = {},
  ): TicketDelivery => {
    const bytes = content instanceof Uint8Array ? content : bytesOf(content);
    const at = new Date(clock.now() - ageMs);
    const headers = signDelivery(
      { kind: "standardWebhooks" },
      { secret, body: bytes, at, deliveryId: "delivery-1" },
    );
    return { body: bytes, header: (name) => headers[name] };
  };
  return {
    receive: (delivery: TicketDelivery, name = "desk") => receive(name, delivery, journal.log),
    check: (delivery: TicketDelivery, name = "desk") => check(name, delivery),
    signed,
    requests,
    brought,
    events,
    journal,
    vault,
    keys,
    web,
    clock: time,
  };
};
const onTicket = {
  rejectOnTicket: true,
  callbackUrl: "https://desk.example.com/hooks",
  callbackSecret: "callback-secret",
};

describe("makeReceive()", () => {
  test("accepts what a signed delivery asks for, under an id out of its source and delivery", async () => {
    const { receive, signed, requests, brought } = aDesk();
    expect(await receive(signed())).toMatchObject({ kind: "accepted", status: "accepted" });
    expect(requests).toMatchObject([
      { customerId: CUSTOMER, licensesToAssign: [{ skuId: E3 }], ticket: { id: "4711", source: "desk" } },
    ]);
    expect(requests[0]?.requestId).toContain("delivery-1");
    expect(brought).toEqual(["ticket/desk"]);
  });

  test("knows no source that there is no file for", async () => {
    const { receive, signed } = aDesk();
    expect(await receive(signed(), "other")).toEqual({ kind: "unknownSource" });
  });

  test("takes nothing with a wrong signature, nor what is older than the source allows", async () => {
    const { receive, signed, requests, journal } = aDesk();
    expect(await receive(signed(body, { secret: OTHER }))).toEqual({ kind: "unverified" });
    expect(await receive(signed(body, { ageMs: 301_000 }))).toEqual({ kind: "unverified" });
    expect(await receive({ body: bytesOf(body), header: () => undefined })).toEqual({ kind: "unverified" });
    expect(requests).toEqual([]);
    expect(journal.entries).toMatchObject([
      { event: "ticket.unverified", fields: { source: "desk", problem: "mismatch" } },
      { event: "ticket.unverified", fields: { problem: "old" } },
      { event: "ticket.unverified", fields: { problem: "missing" } },
    ]);
    expect(await receive(signed(body, { ageMs: 299_000 }))).toMatchObject({ kind: "accepted" });
  });

  test("reads the secret again when a signature does not match: it may have been rotated", async () => {
    const { receive, signed, vault, clock } = aDesk();
    await receive(signed());
    vault["desk-secret"] = OTHER;
    clock.pass(30_000);
    expect(await receive(signed(body, { secret: OTHER }))).toMatchObject({ kind: "accepted" });
  });

  test("asks the sender to come again when the vault is out of reach", async () => {
    const { receive, signed, vault, journal } = aDesk();
    vault["desk-secret"] = new VaultError("unreachable", "the vault is away");
    expect(await receive(signed())).toEqual({ kind: "notNow" });
    expect(journal.entries).toEqual([
      { event: "ticket.notNow", fields: { source: "desk", why: "the vault is away" } },
    ]);
  });

  test("asks the sender to come again when it takes too long", async () => {
    const { receive, signed, clock } = aDesk({ isSlow: true, accepted: () => new Promise(() => undefined) });
    expect(await receive(signed())).toEqual({ kind: "notNow" });
    expect(clock.waits).toEqual([2500]);
  });

  test("ignores what the source's expression leaves out, and that the sender has stopped", async () => {
    const left = aDesk({ file: { map: { when: 'state = "open"' } } });
    expect(await left.receive(left.signed())).toMatchObject({ kind: "ignored" });
    const stopped = aDesk({ file: { map: { stopped: "true" } } });
    expect(await stopped.receive(stopped.signed())).toMatchObject({ kind: "ignored" });
    expect([left.journal.events(), stopped.journal.events()]).toEqual([
      ["ticket.ignored"],
      ["ticket.senderStopped"],
    ]);
  });

  test("says what is wrong with a ticket, and says it to the caller only", async () => {
    const { receive, signed, events, journal, requests } = aDesk();
    const received = await receive(signed({ ...body, userId: "?" }));
    expect(received).toMatchObject({ kind: "invalid", problems: [{ pointer: "/userId" }] });
    expect([events, requests]).toEqual([[], []]);
    expect(journal.entries).toMatchObject([
      { event: "ticket.rejected", fields: { source: "desk", ticket: "4711", problems: 1, first: "/userId" } },
    ]);
  });

  test("says it on the ticket where the source is set so", async () => {
    const { receive, signed, events } = aDesk({ file: onTicket });
    expect(await receive(signed({ ...body, userId: "?" }))).toMatchObject({ kind: "rejected" });
    expect(events).toMatchObject([
      { data: { outcome: "rejected", ticket: { id: "4711" }, errors: [{ pointer: "/userId" }] } },
    ]);
  });

  test("tells nobody but the caller of what is no JSON: there is no ticket", async () => {
    const { receive, signed, events } = aDesk({ file: onTicket });
    const received = await receive(signed(new Uint8Array(Buffer.from("?"))));
    expect(received).toEqual({ kind: "invalid", problems: [{ pointer: "", detail: "is not JSON" }] });
    expect(events).toEqual([]);
  });

  test("tells nobody but the caller of a ticket whose id no address can hold", async () => {
    const { receive, signed, events } = aDesk({ file: onTicket });
    const received = await receive(signed({ ...body, ticket: { id: "47\ud83d" } }));
    expect(received).toMatchObject({ kind: "invalid", problems: [{ pointer: "/ticket/id" }] });
    expect(events).toEqual([]);
  });

  test("names the expression that cannot be evaluated", async () => {
    const { receive, signed } = aDesk({ file: { map: { userId: '$number("x")' } } });
    expect(await receive(signed())).toMatchObject({
      kind: "invalid",
      problems: [{ pointer: "/userId" }],
    });
  });

  test.each(["..", "\ud800"])("says nothing on a ticket whose id %j no address can hold", async (id) => {
    const { receive, signed, events } = aDesk({ file: onTicket });
    expect(await receive(signed({ ...body, ticket: { system: "desk", id } }))).toMatchObject({
      kind: "invalid",
      problems: [{ pointer: "/ticket/id" }],
    });
    expect(events).toEqual([]);
  });

  test("says on the ticket that an id is another request's, where the source is set so", async () => {
    const reused: Accepted = { kind: "reused", known: "a", given: "b" };
    const quiet = aDesk({ accepted: () => Promise.resolve(reused) });
    expect(await quiet.receive(quiet.signed())).toEqual(reused);
    const loud = aDesk({ file: onTicket, accepted: () => Promise.resolve(reused) });
    expect(await loud.receive(loud.signed())).toMatchObject({ kind: "rejected" });
    expect(loud.events).toMatchObject([{ data: { errors: [{ pointer: "/requestId" }] } }]);
  });
});

describe("makeCheckTicket()", () => {
  test("shows what a delivery would come to, and takes nothing", async () => {
    const { check, signed, requests, journal } = aDesk();
    expect(await check(signed())).toMatchObject({
      source: "desk",
      profile: "Standard Webhooks",
      signature: { kind: "verified", deliveryId: "delivery-1", ageMs: 0 },
      mapping: { kind: "request", request: { customerId: CUSTOMER } },
      rejectOnTicket: false,
    });
    expect([requests, journal.events()]).toEqual([[], []]);
    expect(await check(signed(), "other")).toBeUndefined();
  });

  test("shows what it would come to in spite of a wrong signature, or a vault that is away", async () => {
    const { check, signed } = aDesk();
    expect(await check(signed(body, { secret: OTHER }))).toMatchObject({
      signature: { kind: "unverified", problem: "mismatch" },
      mapping: { kind: "request" },
    });
    const away = aDesk();
    away.vault["desk-secret"] = new VaultError("unreachable", "the vault is away");
    const checked = await away.check(away.signed());
    expect(checked).toMatchObject({
      signature: { kind: "outOfReach", detail: "the vault is away" },
      mapping: { kind: "request" },
    });
  });

  test.each([
    [{ map: { when: "false" } }, body, "ignored"],
    [{ map: { stopped: "true" } }, body, "ignored"],
    [{}, { ...body, userId: "?" }, "invalid"],
    [{}, Buffer.from("?"), "invalid"],
  ])("shows of a source with %j what is not taken: %#", async (file, content, kind) => {
    const { check, signed } = aDesk({ file });
    const delivery = signed(Buffer.isBuffer(content) ? new Uint8Array(content) : content);
    expect((await check(delivery))?.mapping.kind).toBe(kind);
  });
});

test("makeCheckTicket() says of bytes that are no text what they are not", async () => {
  const { check } = aDesk();
  const checked = await check({ body: Uint8Array.of(0xff), header: () => undefined });
  expect(checked?.mapping).toEqual({
    kind: "invalid",
    problems: [{ pointer: "", detail: "is not UTF-8 text" }],
  });
});

describe("a signing key that is fetched", () => {
  const file = {
    profile: "connectwise",
    fetchSigningKey: true,
    signingKeyOrigins: ["https://psa.example.com"],
    fields: { userId: "User", licensesToAssign: "Licenses" },
  };
  const from = (url: string) => ({
    body: bytesOf({ Metadata: { key_url: url } }),
    header: () => "signature",
  });

  test("comes only from an address that may be asked, and the source's own may be anywhere", async () => {
    const { check, keys } = aDesk({ file });
    await check(from("https://psa.example.com/key/1"));
    await check(from("https://evil.example/key/1"));
    const asked = new Set(keys.map(({ href, isTrusted }) => `${href} ${isTrusted}`));
    expect([...asked]).toEqual(["https://psa.example.com/key/1 true"]);
  });

  test("cannot be had: the check says so", async () => {
    const { check, web } = aDesk({ file });
    web.key = new WebError("timeout", "it took too long");
    expect(await check(from("https://psa.example.com/key/1"))).toMatchObject({
      signature: { kind: "outOfReach", detail: "it took too long" },
    });
  });
});

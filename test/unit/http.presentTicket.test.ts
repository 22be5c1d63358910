import { describe, expect, test } from "vitest";

import { toTicketAnswer, toTicketCheckView } from "../../shared/http/presentTicket.ts";
import type { TicketCheck } from "../../shared/ticket/in/checkTicket.ts";
import type { Received } from "../../shared/ticket/in/receive.ts";
import { aRequest } from "../support/builders.ts";

const URL_CALLED = "https://relay.example/api/tickets/desk";
const problems = [{ pointer: "/userId", detail: "is missing" }];
const request = aRequest();

describe("toTicketAnswer()", () => {
  test("leads to the request that it has become", () => {
    const statusUrl = "https://relay.example/api/license-updates/request-1";
    expect(toTicketAnswer({ kind: "accepted", request, status: "accepted" }, URL_CALLED)).toEqual({
      status: 202,
      headers: { "cache-control": "no-store", location: statusUrl },
      jsonBody: { requestId: "request-1", status: "accepted", statusUrl },
    });
  });

  test.each<[Received, number]>([
    [{ kind: "ignored", why: "w" }, 200],
    [{ kind: "rejected", problems }, 202],
    [{ kind: "unverified" }, 401],
    [{ kind: "unknownSource" }, 404],
    [{ kind: "invalid", problems }, 400],
    [{ kind: "reused", known: "a", given: "b" }, 422],
    [{ kind: "outOfReach", what: "queue" }, 429],
    [{ kind: "notNow" }, 429],
  ])("answers %j with %i", (received, status) => {
    expect(toTicketAnswer(received, URL_CALLED).status).toBe(status);
  });
});

describe("toTicketCheckView()", () => {
  const view = (fields: Partial<TicketCheck>) =>
    toTicketCheckView({
      source: "desk",
      profile: "Zendesk",
      signature: { kind: "verified", ageMs: 1600 },
      mapping: { kind: "request", request },
      rejectOnTicket: false,
      ...fields,
    });

  test.each<[Partial<TicketCheck>, number]>([
    [{}, 202],
    [{ mapping: { kind: "ignored", why: "w" } }, 200],
    [{ mapping: { kind: "invalid", problems } }, 400],
    [{ mapping: { kind: "invalid", problems }, rejectOnTicket: true }, 202],
    [{ signature: { kind: "unverified", problem: "mismatch", detail: "d" } }, 401],
    [{ signature: { kind: "untimely", problem: "old", ageMs: 1, detail: "d" } }, 401],
    [{ signature: { kind: "outOfReach", detail: "d" } }, 429],
  ])("says of %j that it would be answered with %i", (fields, status) => {
    expect(view(fields).wouldAnswer).toBe(status);
  });

  test("tells a wrong clock from a wrong signature", () => {
    expect(view({})).toMatchObject({ signature: { ok: true }, clock: { ok: true, ageSeconds: 2 } });
    expect(view({ signature: { kind: "verified" } }).clock).toEqual({
      ok: true,
      detail: "the sender signs no time",
    });
    expect(view({ signature: { kind: "untimely", problem: "old", ageMs: 9000, detail: "d" } })).toMatchObject(
      {
        signature: { ok: true },
        clock: { ok: false, detail: "d", ageSeconds: 9 },
      },
    );
    expect(
      view({ signature: { kind: "unverified", problem: "missing", detail: "the header is missing" } }),
    ).toMatchObject({ signature: { ok: false, detail: "the header is missing" }, clock: { ok: false } });
  });

  test("shows the request, that it is ignored, or what is wrong", () => {
    expect(view({}).mapping).toEqual({ ok: true, request });
    expect(view({ mapping: { kind: "ignored", why: "w" } }).mapping).toEqual({ ok: true, ignored: "w" });
    expect(view({ mapping: { kind: "invalid", problems } }).mapping).toEqual({ ok: false, errors: problems });
  });
});

import { describe, expect, test } from "vitest";

import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import type { Change } from "../../shared/ledger/entry/change.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import type { Entry } from "../../shared/ledger/entry/entry.ts";
import { intendResume, markResumed, parkRequest, supersedeParked } from "../../shared/ledger/entry/parked.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { aRequest, bytesOf, E3, ids } from "../support/builders.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const request = aRequest({ waitForSeats: "PT1H" });
const body = bytesOf(request);
const outcome = {
  kind: "parked",
  cause: causeOf(400, 60_012),
  status: 400,
  code: 60_012,
  skuIds: [E3],
  until: at(60),
  attempts: 2,
  ids,
} as const;
const applied = { kind: "applied", alreadySo: false, warnings: [], attempts: 1 } as const;

const entryOf = (decision: object & { readonly change?: Change }): Entry => {
  if (decision.change === undefined) throw new Error("Nothing was changed");
  return decision.change.entry;
};
const begun = (): Entry => entryOf(beginRequest(undefined, request, at(0), "queue"));
const parkedAt = (minute: number, entry = begun()): Entry =>
  entryOf(parkRequest(entry, outcome, body, at(minute), []));
const ended = (): Entry => entryOf(endRequest(begun(), applied, at(2)));

describe("parkRequest()", () => {
  test("notes why, until when, and the body", () => {
    const { change } = parkRequest(begun(), outcome, body, at(1), []);
    expect(change?.entry.request).toMatchObject({
      status: "parked",
      parked: { since: at(1), until: at(60), skuIds: [E3], times: 1 },
    });
    expect(change?.body).toBe(body);
    expect(change?.steps).toEqual([
      {
        at: at(1),
        event: "parked",
        run: 0,
        attempts: 2,
        until: at(60),
        why: "no seat is free",
        status: 400,
        code: 60_012,
        partnerCenter: ids,
      },
    ]);
  });

  test("counts how often there was no seat, from the first time on", () => {
    const resumed = entryOf(intendResume(parkedAt(1), at(2)));
    const again = parkedAt(4, entryOf(beginRequest(resumed, request, at(3), "queue")));
    expect(again.request?.parked).toEqual({ since: at(1), until: at(60), skuIds: [E3], times: 2 });
  });

  test("parks nothing that has ended, or that nobody knows", () => {
    expect(parkRequest(ended(), outcome, body, at(3), [])).toEqual({});
    expect(parkRequest(undefined, outcome, body, at(3), [])).toEqual({});
  });
});

describe("intendResume()", () => {
  test("notes the word before it is sent, and gives the same number again until it is parked anew", () => {
    const decided = intendResume(parkedAt(1), at(2));
    expect(decided).toMatchObject({ kind: "send", number: 1 });
    expect(entryOf(decided).request?.parked?.resume).toEqual({ at: at(2) });
    expect(intendResume(entryOf(decided), at(3))).toEqual({ kind: "send", number: 1 });
  });

  test.each([
    ["nobody knows it", undefined],
    ["it was only accepted", entryOf(acceptRequest(undefined, request, at(0), "http"))],
    ["it is being applied", begun()],
    [
      "it was parked, and has been taken up",
      () => entryOf(beginRequest(resumedOnce(), request, at(3), "queue")),
    ],
    ["it has ended", ended()],
  ])("sends nothing when %s", (_name, entry) => {
    expect(intendResume(typeof entry === "function" ? entry() : entry, at(4))).toEqual({ kind: "not" });
  });
  const resumedOnce = (): Entry => entryOf(intendResume(parkedAt(1), at(2)));
});

describe("markResumed()", () => {
  test("notes when the broker has taken it", () => {
    const intended = entryOf(intendResume(parkedAt(1), at(2)));
    expect(entryOf(markResumed(intended, at(3))).request?.parked?.resume).toEqual({
      at: at(2),
      sentAt: at(3),
    });
  });

  test("notes nothing of one that is on its way already, or was never to be sent", () => {
    const taken = entryOf(beginRequest(entryOf(intendResume(parkedAt(1), at(2))), request, at(3), "queue"));
    for (const entry of [taken, parkedAt(1), begun(), undefined])
      expect(markResumed(entry, at(4))).toEqual({});
  });
});

describe("supersedeParked()", () => {
  test("discards one that waits, for the newer one", () => {
    const { change } = supersedeParked(parkedAt(1), "newer-1", at(2));
    expect(change?.entry.request).toMatchObject({
      status: "discarded",
      ends: 1,
      end: { outcome: "discarded", at: at(2), by: "license-relay" },
    });
    expect(change?.entry.request).not.toHaveProperty("parked");
    expect(change?.steps).toMatchObject([
      { event: "discarded", why: expect.stringContaining('"newer-1"') as unknown },
    ]);
  });

  test("leaves alone what does not wait for seats", () => {
    for (const entry of [undefined, begun(), ended()])
      expect(supersedeParked(entry, "newer-1", at(3))).toEqual({});
  });
});

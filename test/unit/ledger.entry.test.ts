import { describe, expect, test } from "vitest";

import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import type { Change } from "../../shared/ledger/entry/change.ts";
import { digestOf } from "../../shared/ledger/entry/digest.ts";
import { endDeadLetter, endRequest, skipRequest } from "../../shared/ledger/entry/end.ts";
import { Entry, Step } from "../../shared/ledger/entry/entry.ts";
import {
  closePoison,
  discardPoison,
  filePoison,
  intendReplay,
  markSent,
  restorePoison,
  RUN_MAX,
} from "../../shared/ledger/entry/poison.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { aRequest, E5, ids, PLAN_A } from "../support/builders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const request = aRequest();
const applied = { kind: "applied", alreadySo: false, status: 201, warnings: [], attempts: 1, ids } as const;
const refused = {
  kind: "refused",
  cause: causeOf(400, 60012),
  status: 400,
  code: 60012,
  attempts: 1,
} as const;
const replayBy = (operationId: string) => ({ operationId, by: "kim", force: false, at: AT });

/** The entry after a decision that must have changed it. */
const after = ({ change }: { readonly kind?: string; readonly change?: Change }): Entry => {
  if (change === undefined) throw new Error("nothing was to be changed");
  return change.entry;
};
const begun = (entry?: Entry): Entry => {
  const decision = beginRequest(entry, request, AT, "queue");
  return decision.kind === "run" ? decision.change.entry : (entry ?? after({}));
};
const failed = (entry: Entry, run: number, at = AT): Entry => {
  const end = entry.request?.end;
  if (end?.outcome !== "refused") throw new Error("not refused");
  const { outcome: _outcome, ...refusal } = end;
  const failure = {
    id: entry.id,
    kind: "update" as const,
    run,
    refusal: { ...refusal, at },
    original: { deliveryCount: 1 },
    body: Buffer.from("x"),
  };
  return after(filePoison(entry, failure, at));
};
const poison = (): Entry => failed(after(endRequest(begun(), refused, AT)), 0);
const sent = (entry: Entry, operationId: string): Entry => {
  const intent = intendReplay(entry, replayBy(operationId));
  const intended = intent.kind === "send" ? (intent.change?.entry ?? entry) : entry;
  return after(markSent(intended, operationId, AT));
};

describe("digestOf()", () => {
  test("is the same whatever the order of the fields, and another for another wish", () => {
    const { licensesToAssign = [], ...rest } = request;
    expect(digestOf({ licensesToAssign, ...rest })).toBe(digestOf(request));
    const others = [
      aRequest({ licensesToAssign: [{ skuId: E5 }] }),
      aRequest({ licensesToAssign: [{ skuId: licensesToAssign[0]?.skuId, excludedPlans: [PLAN_A] }] }),
      aRequest({ requestedBy: "ana" }),
    ];
    expect(new Set([request, ...others].map(digestOf)).size).toBe(4);
  });

  test("stays what it was: else every request of an earlier version would be refused as another one", () => {
    expect(digestOf(request)).toBe("e2146cfbd383c255d1a0a237498cd93276871f70890fa20533b84db81a07bf89");
    expect(digestOf(aRequest({ schemaVersion: 1 }))).toBe(digestOf(request));
  });
});

// What an instance of an older version does with what a newer one has written
describe("Entry", () => {
  const written = begun();

  test("is read without a field that is not known, which the next write then loses", () => {
    const newer = { ...written, notYetInvented: true, request: { ...written.request, notYetInvented: true } };
    expect(Entry.parse(newer)).toEqual(written);
  });

  test.each([
    ["with a field that is not known", { notYetInvented: true }],
    ["with a value that is no longer allowed", { requestedBy: "two\nlines" }],
    ["of another schema version", { schemaVersion: 2 }],
  ])("is not read when its request is one %s", (_name, fields) => {
    const newer = { ...written, request: { ...written.request, body: { ...request, ...fields } } };
    expect(Entry.safeParse(newer).success).toBe(false);
  });

  test("is not read with a status or a version that is not known", () => {
    expect(Entry.safeParse({ ...written, request: { ...written.request, status: "paused" } }).success).toBe(
      false,
    );
    expect(Entry.safeParse({ ...written, version: 2 }).success).toBe(false);
  });
});

test("Step is read without a field that is not known, and not at all with an event that is not known", () => {
  const step = { at: AT, event: "applied", run: 0 };
  expect(Step.parse({ ...step, notYetInvented: true })).toEqual(step);
  expect(Step.safeParse({ ...step, event: "paused" }).success).toBe(false);
});

describe("beginRequest()", () => {
  test("starts what is new, and notes both steps", () => {
    const decision = beginRequest(undefined, request, AT, "queue");
    expect(decision).toMatchObject({ kind: "run", readBackFirst: false });
    expect(after(decision.kind === "run" ? decision : {})).toMatchObject({
      steps: 2,
      request: { status: "applying" },
    });
  });

  test("reads back first what was begun before", () => {
    expect(beginRequest(begun(), request, AT, "queue")).toMatchObject({ kind: "run", readBackFirst: true });
  });

  test.each([
    ["applied", applied],
    ["refused", refused],
  ] as const)("runs nothing that is %s", (_, outcome) => {
    expect(beginRequest(after(endRequest(begun(), outcome, AT)), request, AT, "queue").kind).toBe("ended");
  });

  test("leaves a request alone whose id somebody uses again", () => {
    const other = aRequest({ licensesToAssign: [{ skuId: E5 }] });
    expect(beginRequest(begun(), other, AT, "queue")).toMatchObject({
      kind: "reused",
      given: digestOf(other),
    });
  });

  test("runs a replay under its number, after reading back", () => {
    const decision = beginRequest(sent(poison(), "op"), request, AT, "queue");
    expect(decision).toMatchObject({ kind: "run", readBackFirst: true, replay: { run: 1, by: "kim" } });
  });
});

describe("endRequest()", () => {
  test("ends a run once", () => {
    const ended = after(endRequest(begun(), applied, AT));
    expect(endRequest(ended, refused, AT)).toEqual({});
  });

  test("closes the poison message when its replay is applied", () => {
    const ended = after(endRequest(begun(sent(poison(), "op")), applied, AT));
    expect(ended).toMatchObject({
      request: { status: "applied", run: 1, ends: 2 },
      poison: { state: "closed", lastReplay: { operationId: "op", run: 1, result: "applied" } },
    });
    expect(ended.poison?.replay).toBeUndefined();
  });

  test("opens it again when the replay is refused, with the first reason kept", () => {
    const again = failed(
      after(endRequest(begun(sent(poison(), "op")), refused, AT)),
      1,
      "2026-01-02T00:00:00.000Z",
    );
    expect(again.poison).toMatchObject({
      state: "open",
      failures: 2,
      first: { at: AT },
      latest: { at: "2026-01-02T00:00:00.000Z" },
    });
  });
});

describe("endDeadLetter()", () => {
  test("ends a replay that nobody took", () => {
    expect(after(endDeadLetter(sent(poison(), "op"), refused, AT))).toMatchObject({
      request: { status: "refused", run: 1 },
      poison: { state: "open", lastReplay: { result: "refused" } },
    });
  });

  test("leaves what is applied as it is", () => {
    expect(endDeadLetter(after(endRequest(begun(), applied, AT)), refused, AT)).toEqual({});
  });
});

describe("skipRequest()", () => {
  test("gives the poison message back, naming the newer request", () => {
    expect(after(skipRequest(begun(sent(poison(), "op")), "newer-1", AT))).toMatchObject({
      request: { status: "refused", ends: 1 },
      poison: {
        state: "open",
        failures: 1,
        skipped: { newerRequestId: "newer-1" },
        lastReplay: { result: "skipped" },
      },
    });
  });
});

describe("filePoison()", () => {
  test("counts a copy of the same failure once", () => {
    expect(() => failed(poison(), 0)).toThrow("nothing was to be changed");
  });

  test("closes what has been applied meanwhile", () => {
    const ended = after(endRequest(begun(), applied, AT));
    const refusal = {
      at: AT,
      category: "expired",
      owner: "operator",
      meaning: "",
      remedy: "",
      attempts: 0,
    } as const;
    const failure = {
      id: ended.id,
      kind: "update" as const,
      run: 0,
      refusal,
      original: { deliveryCount: 1 },
      body: Buffer.from("x"),
    };
    expect(after(filePoison(ended, failure, AT)).poison?.state).toBe("closed");
  });
});

describe("intendReplay()", () => {
  test("comes to the same run when it is asked twice by one operation", () => {
    const first = intendReplay(poison(), replayBy("op"));
    const entry = first.kind === "send" ? first.change?.entry : undefined;
    expect(intendReplay(entry, replayBy("op"))).toMatchObject({ kind: "send", run: 1 });
  });

  test("takes over an intent that was never sent, under the same run", () => {
    const first = intendReplay(poison(), replayBy("op-1"));
    const entry = first.kind === "send" ? first.change?.entry : undefined;
    expect(intendReplay(entry, replayBy("op-2"))).toMatchObject({ kind: "send", run: 1 });
  });

  test("counts on after a number that a message came with, so that its refusal is not taken for an old one", () => {
    const forged = (run: number) => {
      const refusal = {
        at: AT,
        category: "expired",
        owner: "operator",
        meaning: "",
        remedy: "",
        attempts: 0,
      } as const;
      const about = { id: "~x", kind: "update", refusal, original: { deliveryCount: 1 } } as const;
      return after(filePoison(undefined, { ...about, run, body: Buffer.from("x") }, AT));
    };
    expect(intendReplay(forged(7), replayBy("op"))).toMatchObject({ kind: "send", run: 8 });
    expect(intendReplay(forged(RUN_MAX), replayBy("op"))).toMatchObject({ kind: "unfit" });
  });

  test("counts on after a skip, so that the broker takes it for no copy", () => {
    const skippedOnce = after(skipRequest(begun(sent(poison(), "op-1")), "newer-1", AT));
    expect(intendReplay(skippedOnce, replayBy("op-2"))).toMatchObject({ kind: "send", run: 2 });
  });

  test.each([
    ["there is no such poison message", undefined],
    ["it is being replayed already", sent(poison(), "other")],
    ["it needs nobody any more", after(endRequest(begun(sent(poison(), "other")), applied, AT))],
    [
      "it is discarded; restore it first",
      after(discardPoison(poison(), { operationId: "d", by: "kim", at: AT })),
    ],
  ] as const)("sends nothing when %s", (why, entry) => {
    expect(intendReplay(entry, replayBy("op"))).toMatchObject({
      kind: "unfit",
      why: expect.stringContaining(why) as unknown,
    });
  });
});

describe("discardPoison() and restorePoison()", () => {
  const archiving = { operationId: "d", by: "kim", why: "left", at: AT };

  test("archive once, however often one operation asks", () => {
    const discarded = after(discardPoison(poison(), archiving));
    expect(discarded.request).toMatchObject({
      status: "discarded",
      ends: 2,
      end: { by: "kim", why: "left" },
    });
    expect(discardPoison(discarded, archiving)).toEqual({ kind: "done" });
  });

  test("bring back what was archived, with its reason", () => {
    const discarded = after(discardPoison(poison(), archiving));
    const restored = after(restorePoison(discarded, { ...archiving, operationId: "r" }));
    expect(restored).toMatchObject({
      request: { status: "refused", ends: 3, end: { outcome: "refused", category: "no-seats" } },
      poison: { state: "open" },
    });
    expect(restorePoison(restored, { ...archiving, operationId: "r" })).toEqual({ kind: "done" });
    expect(restorePoison(restored, { ...archiving, operationId: "other" })).toMatchObject({ kind: "unfit" });
  });
});

test("closePoison() closes a message that has become a request", () => {
  const known = acceptRequest(undefined, request, AT, "http");
  expect(known.kind).toBe("new");
  expect(after(closePoison(poison(), AT, "request-2")).poison?.state).toBe("closed");
  expect(closePoison(undefined, AT, "request-2")).toEqual({});
});

import { expect, test } from "vitest";

import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import type { Entry } from "../../shared/ledger/entry/entry.ts";
import { noteProof } from "../../shared/ledger/entry/proof.ts";
import { aRequest } from "../support/builders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-01T00:05:00.000Z";
const request = aRequest();
const applied = { kind: "applied", alreadySo: false, warnings: [], attempts: 1 } as const;

const appliedWith = (proofDelayMs: number): Entry | undefined => {
  const begun = beginRequest(undefined, request, AT, "queue");
  if (begun.kind !== "run") throw new Error("A new request is run");
  return endRequest(begun.change.entry, applied, AT, [], proofDelayMs).change?.entry;
};

test("noteProof() notes once what looking has shown", () => {
  const { change } = noteProof(appliedWith(300_000), "seen", "the licenses show it", LATER);
  expect(change?.entry.request?.proof).toEqual({ dueAt: LATER, at: LATER, result: "seen" });
  expect(change?.steps).toEqual([{ at: LATER, event: "proved", run: 0, why: "the licenses show it" }]);
  expect(noteProof(change?.entry, "notYetVisible", "they do not", LATER)).toEqual({});
});

test("noteProof() notes nothing that nobody waits for", () => {
  expect(noteProof(appliedWith(0), "seen", "the licenses show it", LATER)).toEqual({});
  expect(noteProof(undefined, "seen", "the licenses show it", LATER)).toEqual({});
});

import type { Operation } from "../../shared/poison/operation.ts";
import type { PoisonRow } from "../../shared/poison/store/poisonIndex.ts";

const AT = "2026-01-01T00:00:00.000Z";

/** A replay that has done nothing yet. */
export const anOperation = (fields: Partial<Operation> = {}): Operation => ({
  version: 1,
  id: "op",
  kind: "replay",
  state: "running",
  selection: {},
  by: "kim",
  canary: false,
  force: false,
  createdAt: AT,
  updatedAt: AT,
  total: 0,
  done: 0,
  failed: 0,
  skipped: 0,
  ticks: 0,
  ...fields,
});

/** One poison message in the index. */
export const aPoisonRow = (fields: Partial<PoisonRow> = {}): PoisonRow => ({
  id: "request-1",
  kind: "update",
  state: "open",
  category: "no-seats",
  capturedAt: AT,
  failedAt: AT,
  acceptedAt: AT,
  failures: 1,
  rowKey: "key",
  ...fields,
});

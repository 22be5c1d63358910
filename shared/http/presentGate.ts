import { present } from "../present.ts";
import type { GateRow } from "../token/store/gate.ts";
import type { GateView } from "./api/views.ts";

/** The gate, without what tells one token from another. */
export const toGateView = (row: GateRow | undefined): GateView => {
  if (row === undefined) return { state: "open" };
  const { category, closedAt, refusals, openedAt, openedBy } = row;
  return {
    state: openedAt === undefined ? "closed" : "open",
    category,
    closedAt,
    refusals,
    ...present({ openedAt, openedBy }),
  };
};

import { expect, test } from "vitest";

import { assignSeats, type ParkedRequest } from "../../shared/seats/assignSeats.ts";
import { aSku, E3, E5 } from "../support/builders.ts";

const waits = (id: string, skuIds: readonly string[], isResumed = false): ParkedRequest => ({
  id,
  userId: id,
  acceptedAt: id,
  skuIds,
  isResumed,
});
const free = (e3: number, e5 = 0) => [
  aSku({ skuId: E3, availableUnits: e3 }),
  aSku({ skuId: E5, availableUnits: e5 }),
];
const served = (parked: readonly ParkedRequest[], catalog: ReturnType<typeof free>) =>
  assignSeats(parked, catalog).map(({ id }) => id);

test.each([
  ["nobody without a seat", [waits("a", [E3])], free(0), []],
  ["the oldest first", [waits("a", [E3]), waits("b", [E3]), waits("c", [E3])], free(2), ["a", "b"]],
  ["nobody with more users than seats", [waits("a", [E3])], free(-3), []],
  ["each SKU by itself", [waits("a", [E3]), waits("b", [E5])], free(0, 1), ["b"]],
  [
    "nobody past an older one that needs two",
    [waits("a", [E3, E5]), waits("b", [E5]), waits("c", [E3])],
    free(1, 0),
    [],
  ],
  ["less those that are on their way", [waits("a", [E3], true), waits("b", [E3])], free(1), []],
])("serves %s", (_what, parked, catalog, expected) => {
  expect(served(parked, catalog)).toEqual(expected);
});

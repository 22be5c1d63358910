import { expect, test } from "vitest";

import { LedgerError } from "../../shared/ledger/table/errors.ts";
import { makeFreeze } from "../../shared/poison/freeze.ts";
import type { Item } from "../../shared/poison/operation.ts";
import { anOperation } from "../support/poisonBuilders.ts";

const operation = anOperation({ state: "freezing", selection: { ids: ["a", "b"] } });

const frozenWith = async (code: "unreadable" | "unreachable"): Promise<readonly string[]> => {
  const items: Item[] = [];
  const freeze = makeFreeze({
    ledger: {
      read: (id) =>
        id === "a" ? Promise.reject(new LedgerError(code, "it is not there")) : Promise.resolve(undefined),
    },
    poisonIndex: {
      all: () => {
        throw new Error("not to be asked");
      },
    },
    operations: {
      putItems: (_id, some) => {
        items.push(...some);
        return Promise.resolve();
      },
    },
    lanesPerCustomer: 1,
  });
  await freeze(operation);
  return items.map(({ poisonId }) => poisonId);
};

test("makeFreeze() takes an id whose entry cannot be read: its result says so, and the others go on", async () => {
  expect(await frozenWith("unreadable")).toEqual(["a", "b"]);
  await expect(frozenWith("unreachable")).rejects.toThrow(LedgerError);
});

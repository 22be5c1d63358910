import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TableClient } from "@azure/data-tables";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { startStorage, type Storage } from "../../../../local/storage/startStorage.ts";
import { makeTable, type Table } from "../../../../shared/ledger/table/table.ts";

let folder: string;
let storage: Storage | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "license-relay-storage-"));
});
afterEach(async () => {
  await storage?.close();
  storage = undefined;
  await rm(folder, { recursive: true, force: true });
});

const start = async (kept: boolean): Promise<Table> => {
  storage = await startStorage({ port: 0, ...(kept ? { folder } : {}) });
  return makeTable({ kind: "connectionString", connectionString: storage.connectionString }, "rows");
};
const row = { partitionKey: "p", rowKey: "r", text: "kept" };

describe("startStorage()", () => {
  test("keeps its tables in the folder from one start to the next", async () => {
    const table = await start(true);
    await table.put(row);
    await storage?.close();
    const again = await start(true);
    expect(await again.get("p", "r")).toMatchObject(row);
  });

  test("takes all of a transaction or nothing", async () => {
    const table = await start(false);
    await table.put(row);
    const actions = [["create", { partitionKey: "p", rowKey: "new" }] as const, ["create", row] as const];
    expect(await table.commit(actions.map(([kind, entity]) => [kind, entity]))).toBe("conflict");
    expect(await table.get("p", "new")).toBeUndefined();
  });
});

describe("makeTable()", () => {
  test.each([
    [503, "busy"],
    [403, "unauthorized"],
    [400, "failed"],
  ] as const)("tells an answer of %i as %s, without the key", async (status, code) => {
    const table = await start(false);
    storage?.faults.answer(status, "always");
    await expect(table.get("p", "r")).rejects.toMatchObject({ code });
    await expect(table.get("p", "r")).rejects.not.toThrow("Eby8vdM02");
  });

  test("tells a broken connection as unreachable", async () => {
    const table = await start(false);
    storage?.faults.cut("always");
    await expect(table.get("p", "r")).rejects.toMatchObject({ code: "unreachable" });
  });

  test("makes its table again when somebody took it away, and never takes a row for written that is not", async () => {
    const table = await start(false);
    await table.put(row);
    const { connectionString = "" } = storage ?? {};
    const options = { allowInsecureConnection: true };
    await TableClient.fromConnectionString(connectionString, "rows", options).deleteTable();
    await expect(table.put(row)).rejects.toMatchObject({ code: "failed" });
    await table.put(row);
    expect(await table.get("p", "r")).toMatchObject(row);
  });

  test("replaces a row that is there, and leaves one alone that was taken away", async () => {
    const table = await start(false);
    await table.replace(row);
    expect(await table.get("p", "r")).toBeUndefined();
    await table.put(row);
    await table.replace({ ...row, text: "new" });
    expect(await table.get("p", "r")).toMatchObject({ text: "new" });
  });
});

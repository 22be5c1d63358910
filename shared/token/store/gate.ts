import { z } from "zod";

import type { Table } from "../../ledger/table/table.ts";
import { readForeign } from "../../request/readForeign.ts";

/** The gate for the partner access token, as all instances see it. */
const GateRow = z
  .object({
    /** A digest: it tells one token from another and nothing else. */
    tokenId: z.string(),
    category: z.string(),
    closedAt: z.string(),
    refusals: z.number(),
    openedAt: z.string().exactOptional(),
    openedBy: z.string().exactOptional(),
  })
  .readonly();
export type GateRow = z.infer<typeof GateRow>;

export interface GateStore {
  /** Undefined as long as no gate was ever closed. @throws {LedgerError} */
  read(): Promise<GateRow | undefined>;
  /** @throws {LedgerError} */
  write(row: GateRow): Promise<void>;
}

const KEY = { partitionKey: "gate", rowKey: "partner-access-token" } as const;

export const makeGateStore = (table: Table): GateStore => ({
  async read() {
    const read = readForeign(GateRow, await table.get(KEY.partitionKey, KEY.rowKey));
    return read.ok ? read.value : undefined;
  },
  write: (row) => table.put({ ...KEY, ...row }),
});

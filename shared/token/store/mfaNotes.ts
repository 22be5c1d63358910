import type { Table } from "../../ledger/table/table.ts";

/** The token of which Partner Center said last that it is not MFA compliant: for all instances. */
export interface MfaNotes {
  /** @throws {LedgerError} */
  note(tokenId: string): Promise<void>;
  /** @throws {LedgerError} */
  isNoted(tokenId: string): Promise<boolean>;
}

const KEY = { partitionKey: "mfa", rowKey: "not-compliant" } as const;

export const makeMfaNotes = (table: Table): MfaNotes => ({
  note: (tokenId) => table.put({ ...KEY, tokenId }),
  async isNoted(tokenId) {
    const row = await table.get(KEY.partitionKey, KEY.rowKey);
    return row?.["tokenId"] === tokenId;
  },
});

import type { TokenCredential } from "@azure/identity";

import type { Clock } from "../clock.ts";
import type { Settings } from "../settings.ts";
import { makeClean, type Clean, type CleanDeps } from "./clean.ts";
import { makeDueProofs, type DueProofs } from "./dueProofs.ts";
import { makeEntries, type Entries } from "./entries.ts";
import { makeExpired } from "./expired.ts";
import { makeKeptBodies } from "./keptBodies.ts";
import { makeLists, type Lists } from "./lists.ts";
import { makeNewestApplied, type NewestApplied } from "./newest.ts";
import { makeTable, type LedgerConnection, type Table } from "./table/table.ts";

/** Every table of the storage account that the relay uses; other rooms keep rows of their own in some. */
export type TableName =
  | "licenseledger"
  | "licenselists"
  | "licensepoison"
  | "licensenewest"
  | "licensenotes"
  | "licensecallbacks"
  | "licensegate"
  | "licenseoperations"
  | "licensedeadletters";

/** Every request's life, kept in the tables of the storage account. */
export interface Ledger extends Entries, Pick<NewestApplied, "newerThan"> {
  readonly lists: Lists;
  readonly dueProofs: DueProofs;
  /** A table of the same account, for the rows of another room. */
  readonly table: (name: TableName) => Table;
  /** Removes what has ended long ago; operations are another room's to remove. */
  readonly cleaning: (removeOperations: CleanDeps["removeOperations"]) => Clean;
  /** Whether it can be read now. @throws {LedgerError} */
  readonly check: () => Promise<void>;
}

export interface LedgerParts {
  readonly settings: Pick<Settings, "AzureWebJobsStorage" | "LEDGER_TABLES_URL" | "LEDGER_RETENTION_DAYS">;
  readonly credential: TokenCredential;
  readonly clock: Clock;
}

const toConnection = ({ settings, credential }: LedgerParts): LedgerConnection => {
  const { AzureWebJobsStorage: connectionString = "", LEDGER_TABLES_URL: url } = settings;
  return url === undefined
    ? { kind: "connectionString", connectionString }
    : { kind: "identity", url, credential };
};

/** Opens no connection yet. */
export const makeLedger = (parts: LedgerParts): Ledger => {
  const { settings, clock } = parts;
  const connection = toConnection(parts);
  const known = new Map<TableName, Table>();
  const table = (name: TableName): Table => {
    const found = known.get(name) ?? makeTable(connection, name);
    known.set(name, found);
    return found;
  };

  const lists = table("licenselists");
  const poison = table("licensepoison");
  const newest = makeNewestApplied(table("licensenewest"));
  const entries = makeEntries({ entries: table("licenseledger"), lists, poison, newest });
  const kept = makeKeptBodies(lists, table("licenseledger"));
  const retentionDays = settings.LEDGER_RETENTION_DAYS;
  const expired = makeExpired(lists, poison, entries);
  return {
    ...entries,
    newerThan: (about, acceptedAt) => newest.newerThan(about, acceptedAt),
    lists: makeLists(lists, entries),
    dueProofs: makeDueProofs(lists, entries),
    table,
    cleaning: (removeOperations) =>
      makeClean({
        clock,
        ledger: entries,
        expired,
        removeOperations,
        removeStrayBodies: (before, isTimeUp) => kept.removeStray(before, isTimeUp),
        retentionDays,
      }),
    async check() {
      // Any answer will do
      await table("licenseledger").get("health", "health");
    },
  };
};

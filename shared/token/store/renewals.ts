import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { Row, Table } from "../../ledger/table/table.ts";
import { readForeign, readForeignJson } from "../../request/readForeign.ts";

/** How the renewal of the token stands. Times are ISO 8601. */
const Renewal = z
  .object({
    renewedAt: z.string().exactOptional(),
    /** The latest try that failed, and why; gone after a success. */
    failed: z.object({ at: z.string(), why: z.string() }).readonly().exactOptional(),
    /** It will not work with these secrets: it is not tried again until one of them has a new version. */
    stopped: z
      .object({
        /** A digest of the versions of the secrets. */
        key: z.string(),
        at: z.string(),
        category: z.string(),
        meaning: z.string(),
        remedy: z.string(),
        codes: z.array(z.number()).readonly(),
      })
      .readonly()
      .exactOptional(),
    /** When old versions were disabled. */
    cleanedAt: z.string().exactOptional(),
    /** Alerts that were told and are still true. */
    told: z.array(z.string()).readonly(),
  })
  .readonly();
export type Renewal = z.infer<typeof Renewal>;

export interface Renewals {
  /** @throws {LedgerError} */
  read(): Promise<Renewal>;
  /** @throws {LedgerError} */
  write(renewal: Renewal): Promise<void>;
  /**
   * Runs the task unless another instance does, which is waited for no longer than `leaseMs`.
   * @returns false when another instance has the lease @throws {LedgerError}, and what the task throws
   */
  alone(leaseMs: number, task: () => Promise<void>): Promise<boolean>;
}

const STATE = { partitionKey: "renewal", rowKey: "state" } as const;
const LEASE = { partitionKey: "renewal", rowKey: "lease" } as const;
const NONE: Renewal = { told: [] };

const Lease = z.object({ untilMs: z.coerce.number(), holder: z.string() });

const renewalOf = (json: unknown): Renewal => {
  const read = readForeignJson(Renewal, typeof json === "string" ? json : "");
  return read.ok ? read.value : NONE;
};

const leaseOf = (row: Row | undefined): z.infer<typeof Lease> | undefined => {
  const read = readForeign(Lease, row);
  return read.ok ? read.value : undefined;
};

const lease = (holder: string, untilMs: number) => ({ ...LEASE, holder, untilMs: String(untilMs) });

export const makeRenewals = (table: Table, now: () => number): Renewals => {
  return {
    async read() {
      const row = await table.get(STATE.partitionKey, STATE.rowKey);
      return renewalOf(row?.["json"]);
    },
    write: (renewal) => table.put({ ...STATE, json: JSON.stringify(renewal) }),
    async alone(leaseMs, task) {
      const row = await table.get(LEASE.partitionKey, LEASE.rowKey);
      const known = leaseOf(row);
      if (known !== undefined && known.untilMs > now()) return false;
      const holder = randomUUID();
      if ((await table.putIf(lease(holder, now() + leaseMs), row?.etag)) === "conflict") return false;
      try {
        await task();
      } finally {
        // One that has run out may be another's by now
        const mine = await table.get(LEASE.partitionKey, LEASE.rowKey);
        if (leaseOf(mine)?.holder === holder) await table.putIf(lease(holder, 0), mine?.etag);
      }
      return true;
    },
  };
};

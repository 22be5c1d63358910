import { z } from "zod";

import type { LicenseRequest } from "../request/schema.ts";
import { LedgerError } from "./errors.ts";
import { hashKey } from "./keys.ts";
import type { Table } from "./tables.ts";

const Newest = z.object({ requestId: z.string(), acceptedAt: z.string() });
const TRIES = 10;

const skusOf = ({ licensesToAssign = [], licensesToRemove = [] }: LicenseRequest): readonly string[] => [
  ...licensesToAssign.map(({ skuId }) => skuId),
  ...licensesToRemove,
];

const partitionOf = ({ customerId, userId }: LicenseRequest): string =>
  `user:${hashKey(`${customerId}/${userId.toLowerCase()}`)}`;

/** For every user and SKU, which request was applied that came last. */
export interface NewestApplied {
  /** Notes that a request was applied. @throws {LedgerError} */
  note(request: LicenseRequest, acceptedAt: string): Promise<void>;
  /** The id of a request for one of the same SKUs that came later and was applied. @throws {LedgerError} */
  newerThan(request: LicenseRequest, acceptedAt: string): Promise<string | undefined>;
  /** Takes away what a request that leaves the ledger has noted. @throws {LedgerError} */
  forget(request: LicenseRequest): Promise<void>;
}

export const makeNewestApplied = (table: Table): NewestApplied => {
  const read = async (request: LicenseRequest, skuId: string) => {
    const row = await table.get(partitionOf(request), skuId);
    const { data } = Newest.safeParse(row);
    return data === undefined || row === undefined ? undefined : { ...data, etag: row.etag };
  };

  const noteOne = async (request: LicenseRequest, acceptedAt: string, skuId: string): Promise<void> => {
    const { requestId } = request;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const known = await read(request, skuId);
      if (known !== undefined && known.acceptedAt >= acceptedAt) return;
      const row = { partitionKey: partitionOf(request), rowKey: skuId, requestId, acceptedAt };
      if ((await table.putIf(row, known?.etag)) === "done") return;
    }
    throw new LedgerError(
      "conflict",
      `the newest request for SKU ${skuId} is written by others all the time`,
    );
  };

  return {
    async note(request, acceptedAt) {
      await Promise.all(skusOf(request).map((skuId) => noteOne(request, acceptedAt, skuId)));
    },
    async newerThan(request, acceptedAt) {
      const known = await Promise.all(skusOf(request).map((skuId) => read(request, skuId)));
      return known.find((one) => one !== undefined && one.acceptedAt > acceptedAt)?.requestId;
    },
    async forget(request) {
      await Promise.all(
        skusOf(request).map(async (skuId) => {
          const known = await read(request, skuId);
          if (known?.requestId === request.requestId) await table.remove(partitionOf(request), skuId);
        }),
      );
    },
  };
};

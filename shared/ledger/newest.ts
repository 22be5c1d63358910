import { z } from "zod";

import { isGuid } from "../request/guid.ts";
import { readForeign } from "../request/readForeign.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { refsOf } from "../sku/wish.ts";
import { LedgerError } from "./table/errors.ts";
import { hashKey } from "./table/keys.ts";
import type { Table } from "./table/table.ts";

const Newest = z.object({ requestId: z.string(), acceptedAt: z.string() });
const TRIES = 10;

/** What a request is about, by ids. */
export interface About {
  readonly request: LicenseRequest;
  /** Its SKUs, once names have been found; else those that it names by id. */
  readonly skuIds?: readonly string[];
}

const skusOf = ({ request, skuIds }: About): readonly string[] => {
  if (skuIds !== undefined) return skuIds;
  const { assign, remove } = refsOf(request);
  return [...assign.map(({ ref }) => ref), ...remove].flatMap((ref) => ("skuId" in ref ? [ref.skuId] : []));
};

const partitionOf = ({ customerId, userId }: LicenseRequest): string =>
  `user:${hashKey(`${customerId}/${userId.toLowerCase()}`)}`;

// An id out of Partner Center's answer is no key as it stands, should it be anything but a GUID
const rowKeyOf = (skuId: string): string => (isGuid(skuId) ? skuId : hashKey(skuId));

/** For every user and SKU, which request was applied that came last. */
export interface NewestApplied {
  /** Notes that a request was applied. @throws {LedgerError} */
  note(about: About, acceptedAt: string): Promise<void>;
  /** The id of a request for one of the same SKUs that came later and was applied. @throws {LedgerError} */
  newerThan(about: About, acceptedAt: string): Promise<string | undefined>;
  /** Removes what a request that leaves the ledger has noted. @throws {LedgerError} */
  forget(about: About): Promise<void>;
}

export const makeNewestApplied = (table: Table): NewestApplied => {
  const read = async (request: LicenseRequest, skuId: string) => {
    const row = await table.get(partitionOf(request), rowKeyOf(skuId));
    if (row === undefined) return undefined;
    const known = readForeign(Newest, row);
    return { etag: row.etag, newest: known.ok ? known.value : undefined };
  };

  const readNewest = async (request: LicenseRequest, skuId: string) => {
    const known = await read(request, skuId);
    if (known !== undefined && known.newest === undefined)
      throw new LedgerError(
        "unreadable",
        `the newest request for SKU ${skuId} is not what was written; restore row "${rowKeyOf(skuId)}" of "${partitionOf(request)}" or remove it`,
      );
    return known?.newest;
  };

  const noteOne = async (request: LicenseRequest, acceptedAt: string, skuId: string): Promise<void> => {
    const { requestId } = request;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const known = await read(request, skuId);
      // One that cannot be read says nothing: it gives way
      if (known?.newest !== undefined && known.newest.acceptedAt >= acceptedAt) return;
      const row = { partitionKey: partitionOf(request), rowKey: rowKeyOf(skuId), requestId, acceptedAt };
      if ((await table.putIf(row, known?.etag)) === "done") return;
    }
    throw new LedgerError(
      "conflict",
      `the newest request for SKU ${skuId} is written by others all the time`,
    );
  };

  return {
    async note(about, acceptedAt) {
      await Promise.all(skusOf(about).map((skuId) => noteOne(about.request, acceptedAt, skuId)));
    },
    async newerThan(about, acceptedAt) {
      const known = await Promise.all(skusOf(about).map((skuId) => readNewest(about.request, skuId)));
      return known.find((one) => one !== undefined && one.acceptedAt > acceptedAt)?.requestId;
    },
    async forget(about) {
      const { request } = about;
      await Promise.all(
        skusOf(about).map(async (skuId) => {
          const known = await read(request, skuId);
          if (known?.newest?.requestId === request.requestId)
            await table.remove(partitionOf(request), rowKeyOf(skuId));
        }),
      );
    },
  };
};

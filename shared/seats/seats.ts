import { CannotRead } from "../change/change.ts";
import type { GetReader } from "../change/reader.ts";
import type { Settle } from "../change/settle.ts";
import type { Clock } from "../clock.ts";
import { endRequest } from "../ledger/entry/end.ts";
import type { Entry, Parked, RequestPart } from "../ledger/entry/entry.ts";
import { intendResume, markResumed, supersedeParked } from "../ledger/entry/parked.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Lists } from "../ledger/lists.ts";
import type { About } from "../ledger/newest.ts";
import type { Log } from "../log.ts";
import { causeOf } from "../outcome/causes.ts";
import type { SkuCatalogs } from "../partner-center/skuCatalogs.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { findById, type Catalog } from "../sku/catalog.ts";
import { assignSeats, type ParkedRequest } from "./assignSeats.ts";

export interface SeatsDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "change" | "body">;
  readonly lists: Lists;
  readonly catalogs: SkuCatalogs;
  readonly getReader: GetReader;
  readonly newerThan: (about: About, acceptedAt: string) => Promise<string | undefined>;
  /** Puts a request on its lane again; throws when the broker did not say that it has it. */
  readonly sendResume: (request: LicenseRequest, body: Uint8Array, number: number) => Promise<void>;
  readonly settle: Pick<Settle, "told" | "published">;
}

/** Seats of one SKU that requests of one customer wait for. */
export interface SeatsMissing {
  readonly customerId: string;
  readonly skuId: string;
  readonly skuPartNumber?: string;
  readonly name?: string;
  /** Requests that wait. */
  readonly waiting: number;
  readonly oldest: string;
  /** Units that are free now; absent when Partner Center was not asked, or did not say. */
  readonly available?: number;
  /** How many have to be bought or freed. */
  readonly missing?: number;
}

export interface Seats {
  /** Looks after everything that waits for seats, once: resumes in order, ends what is over. */
  resume(log: Log): Promise<void>;
  /** What is waited for; with a customer also how many seats are missing. @throws {LedgerError | CannotRead} */
  missing(customerId: string | undefined, log: Log): Promise<readonly SeatsMissing[]>;
}

/** One request that waits, as it was read. */
interface One extends ParkedRequest {
  readonly entry: Entry;
  readonly request: RequestPart;
  readonly parked: Parked;
}

const PAGE = 200;
/** More are looked after by the next run. */
const PARKED_MAX = 10_000;

const NO_SEATS = causeOf(400, 60_012);

const toParked = (entry: Entry): readonly One[] => {
  const { request } = entry;
  const parked = request?.parked;
  if (request?.status !== "parked" || parked === undefined) return [];
  const { body, acceptedAt } = request;
  return [
    {
      entry,
      request,
      parked,
      id: entry.id,
      userId: body.userId,
      acceptedAt,
      skuIds: parked.skuIds,
      isResumed: parked.resume !== undefined,
    },
  ];
};

const byCustomer = (parked: readonly One[]): ReadonlyMap<string, readonly One[]> =>
  Map.groupBy(parked, ({ request }) => request.body.customerId);

export const makeSeats = (deps: SeatsDeps): Seats => {
  const { clock, ledger, lists, catalogs, getReader, newerThan, sendResume, settle } = deps;
  const nowIso = (): string => new Date(clock.now()).toISOString();

  /** Oldest first. */
  const readParked = async (log: Log): Promise<readonly One[]> => {
    const parked: One[] = [];
    let after: string | undefined;
    do {
      const options = present({ limit: PAGE, after });
      const page = await lists.requests({ by: "status", status: "parked" }, options, log);
      parked.push(...page.items.flatMap(toParked));
      after = page.next;
    } while (after !== undefined && parked.length < PARKED_MAX);
    return parked.toSorted((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1));
  };

  const supersede = async ({ id }: One, newerRequestId: string, log: Log): Promise<void> => {
    const { change } = await ledger.change(id, (entry) => supersedeParked(entry, newerRequestId, nowIso()));
    if (change !== undefined) await settle.published(change.entry, log);
  };

  const refuse = async ({ id, parked, request }: One, log: Log): Promise<void> => {
    const body = await ledger.body(id);
    const { change } = await ledger.change(id, (entry) =>
      endRequest(
        entry,
        {
          kind: "refused",
          cause: NO_SEATS,
          status: 400,
          code: 60_012,
          description: `No seat became free from ${parked.since} to ${parked.until}`,
          attempts: parked.times,
        },
        nowIso(),
      ),
    );
    if (change === undefined) return;
    const delivery = {
      body: body ?? Buffer.from(JSON.stringify(request.body)),
      messageId: id,
      contentType: "application/json",
      deliveryCount: 1,
    };
    await settle.told(change.entry, delivery, log);
  };

  const sendOn = async ({ id, request }: One): Promise<void> => {
    const decided = await ledger.change(id, (entry) => intendResume(entry, nowIso()));
    if (decided.kind === "not") return;
    const body = (await ledger.body(id)) ?? Buffer.from(JSON.stringify(request.body));
    await sendResume(request.body, body, decided.number);
    await ledger.change(id, (entry) => markResumed(entry, nowIso()));
  };

  const readCatalog = async (customerId: string, log: Log): Promise<Catalog> => {
    const found = await catalogs.of(customerId, await getReader(log), 0);
    if (found.kind === "notFound")
      throw new CannotRead(`Partner Center ${found.why}: the customer's SKUs`, found.retryAfterMs);
    return found.value;
  };

  /** What came later for the same user and SKU: among those that wait, or applied. */
  const findNewer = async (one: One, all: readonly One[]): Promise<string | undefined> => {
    const user = one.userId.toLowerCase();
    const newer = all.findLast(
      ({ userId, acceptedAt, skuIds }) =>
        userId.toLowerCase() === user &&
        acceptedAt > one.acceptedAt &&
        skuIds.some((skuId) => one.skuIds.includes(skuId)),
    );
    return newer?.id ?? newerThan({ request: one.request.body, skuIds: one.skuIds }, one.acceptedAt);
  };

  const lookAfter = async (customerId: string, all: readonly One[], log: Log) => {
    const counts = { resumed: 0, superseded: 0, refused: 0 };
    const waiting: One[] = [];
    for (const one of all) {
      const newerRequestId = one.isResumed ? undefined : await findNewer(one, all);
      if (newerRequestId !== undefined) {
        await supersede(one, newerRequestId, log);
        counts.superseded += 1;
      } else if (!one.isResumed && Date.parse(one.parked.until) <= clock.now()) {
        await refuse(one, log);
        counts.refused += 1;
      } else waiting.push(one);
    }
    // Noted before a crash, and perhaps never sent
    const unsent = waiting.filter(
      ({ parked }) => parked.resume !== undefined && parked.resume.sentAt === undefined,
    );
    for (const one of unsent) await sendOn(one);
    if (waiting.some(({ isResumed }) => !isResumed)) {
      const catalog = await readCatalog(customerId, log);
      for (const one of assignSeats(waiting, catalog)) {
        await sendOn(one);
        counts.resumed += 1;
      }
    }
    return counts;
  };

  return {
    async resume(log) {
      const parked = await readParked(log);
      if (parked.length === 0) return;
      const total = { parked: parked.length, resumed: 0, superseded: 0, refused: 0 };
      for (const [customerId, all] of byCustomer(parked)) {
        try {
          const { resumed, superseded, refused } = await lookAfter(customerId, all, log);
          total.resumed += resumed;
          total.superseded += superseded;
          total.refused += refused;
        } catch (error) {
          // The next run tries it again; the other customers must not wait for that
          log("step.held", {
            what: `seats of ${customerId}`,
            why: error instanceof Error ? error.message : "unknown",
            waitMs: 0,
          });
        }
      }
      log("seats.checked", total);
    },
    async missing(customerId, log) {
      const waiting = (await readParked(log)).filter(
        ({ request }) => customerId === undefined || request.body.customerId === customerId,
      );
      const catalog =
        customerId === undefined || waiting.length === 0 ? [] : await readCatalog(customerId, log);
      const rows = new Map<string, SeatsMissing>();
      for (const { request, skuIds, acceptedAt } of waiting) {
        const { customerId: customer } = request.body;
        for (const skuId of skuIds) {
          const key = `${customer}/${skuId}`;
          const known = rows.get(key);
          rows.set(key, {
            customerId: customer,
            skuId,
            waiting: (known?.waiting ?? 0) + 1,
            oldest: known?.oldest ?? acceptedAt,
          });
        }
      }
      return [...rows.values()].map((row) => withSeats(row, catalog));
    },
  };
};

const withSeats = (row: SeatsMissing, catalog: Catalog): SeatsMissing => {
  const sku = findById(catalog, row.skuId);
  if (sku === undefined) return row;
  const { skuPartNumber, name, availableUnits } = sku;
  return {
    ...row,
    skuPartNumber,
    name,
    available: availableUnits,
    missing: Math.max(0, row.waiting - availableUnits),
  };
};

import type { TableEntity } from "@azure/data-tables";

import { readForeignJson } from "../request/readForeign.ts";
import { Entry, Step } from "./entry/entry.ts";
import type { IndexRow } from "./indexRows.ts";
import { fromChunks, toChunks } from "./table/chunks.ts";
import { LedgerError } from "./table/errors.ts";
import type { Row } from "./table/table.ts";

/** Row keys within the partition of an entry. */
export const ENTRY = "entry";
const BODY = "body";
/** Rows of the history have keys from here up to, and without, STEP_END. */
export const STEP = "step-";
export const STEP_END = "step.";

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), "utf8");

/**
 * An entry as bytes that can be read again. One that could not would be lost: to itself, and to whoever lists it. It
 * takes a defect to come here. On its way from the queue such a request is given back until the broker gives it up,
 * and the end as a dead letter has nothing of what was wrong.
 */
const toEntryBytes = (entry: Entry): Uint8Array => {
  const bytes = jsonBytes(entry);
  const read = readForeignJson(Entry, bytes);
  if (read.ok) return bytes;
  const at = read.problems
    .slice(0, 3)
    .map(({ pointer }) => pointer)
    .join(" ");
  throw new LedgerError(
    "unwritable",
    `entry "${entry.id}" could not be read again (${at}); nothing was written`,
  );
};

/** A step is a note: it must not keep an end from being written, and goes without what could not be read again. */
const toStepBytes = (step: Step): Uint8Array => {
  const bytes = jsonBytes(step);
  if (readForeignJson(Step, bytes).ok) return bytes;
  const { at, event, run } = step;
  return jsonBytes({ at, event, run, why: "its details could not be written" });
};

/** The entry as JSON, and beside it what people look for in a table viewer. @throws {LedgerError} */
export const toEntryEntity = (entry: Entry): TableEntity<Readonly<Record<string, unknown>>> => ({
  partitionKey: entry.id,
  rowKey: ENTRY,
  ...(entry.request === undefined
    ? {}
    : {
        status: entry.request.status,
        customerId: entry.request.body.customerId,
        userId: entry.request.body.userId,
        acceptedAt: entry.request.acceptedAt,
      }),
  ...(entry.poison === undefined
    ? {}
    : { poison: entry.poison.state, category: entry.poison.latest.category }),
  updatedAt: entry.updatedAt,
  ...toChunks("json", toEntryBytes(entry)),
});

export const toStepEntity = (
  id: string,
  number: number,
  step: Step,
): TableEntity<Readonly<Record<string, unknown>>> => ({
  partitionKey: id,
  rowKey: `${STEP}${String(number).padStart(6, "0")}`,
  at: step.at,
  event: step.event,
  ...toChunks("json", toStepBytes(step)),
});

/**
 * So much of a body fits into one row: an entity may have 1 MiB.
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
 */
export const BODY_ROW_BYTES = 720 * 1024;

/** The row key of a part of a body. */
export const bodyKey = (index: number): string =>
  index === 0 ? BODY : `${BODY}-${String(index).padStart(6, "0")}`;

/** A body as rows, as few as will do; the first says how many there are. */
export const toBodyEntities = (
  id: string,
  body: Uint8Array,
): readonly TableEntity<Readonly<Record<string, unknown>>>[] => {
  const rows = Math.max(1, Math.ceil(body.length / BODY_ROW_BYTES));
  return Array.from({ length: rows }, (_, index) => ({
    partitionKey: id,
    rowKey: bodyKey(index),
    ...(rows > 1 && index === 0 ? { rows } : {}),
    ...toChunks("body", body.subarray(index * BODY_ROW_BYTES, (index + 1) * BODY_ROW_BYTES)),
  }));
};

export const toIndexEntity = ({
  partitionKey,
  rowKey,
  columns,
}: IndexRow): TableEntity<Readonly<Record<string, unknown>>> => ({
  partitionKey,
  rowKey,
  ...columns,
});

const jsonOf = (row: Row): Uint8Array => fromChunks("json", row) ?? new Uint8Array();

const unreadable = ({ partitionKey, rowKey }: Row): LedgerError =>
  new LedgerError(
    "unreadable",
    `row "${rowKey}" of "${partitionKey}" is not what was written; restore it or remove it`,
  );

/** @throws {LedgerError} when the row is not an entry */
export const fromEntryRow = (row: Row): Entry => {
  const read = readForeignJson(Entry, jsonOf(row));
  if (!read.ok) throw unreadable(row);
  return read.value;
};

/** @throws {LedgerError} when the row is not a step */
export const fromStepRow = (row: Row): Step => {
  const read = readForeignJson(Step, jsonOf(row));
  if (!read.ok) throw unreadable(row);
  return read.value;
};

/** How many rows a body has, by its first. */
export const bodyRowsOf = ({ rows }: Row): number => (typeof rows === "number" ? rows : 1);

export const fromBodyRow = (row: Row): Uint8Array => fromChunks("body", row) ?? new Uint8Array();

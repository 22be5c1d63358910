import Table from "cli-table3";
import { stringify } from "csv-stringify/sync";

import type { Output } from "./io.ts";

/** How results are printed. */
export type Format = "table" | "json" | "csv";

export type Cell = string | number | undefined;

/** A column: its name, and what of a row it shows. */
export interface Column<T> {
  readonly name: string;
  readonly of: (row: T) => Cell;
  /** Its part of the width of a terminal. */
  readonly share: number;
}

const NARROWEST = 80;
const WIDEST = 200;

const toTable = <T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string => {
  const total = Math.min(WIDEST, Math.max(NARROWEST, width)) - columns.length - 1;
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const table = new Table({
    head: columns.map(({ name }) => name),
    colWidths: columns.map(({ share }) => Math.max(6, Math.floor((total * share) / shares))),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push(columns.map(({ of }) => String(of(row) ?? "")));
  return table.toString();
};

const toCsv = <T>(rows: readonly T[], columns: readonly Column<T>[]): string =>
  stringify(
    rows.map((row) => columns.map(({ of }) => of(row) ?? "")),
    // A cell that a spreadsheet would take for a formula is made a text
    { header: true, columns: columns.map(({ name }) => name), escape_formulas: true },
  );

/** Prints rows: a table for people, one JSON object a line or CSV for programs. */
export const printRows = <T>(
  out: Output,
  format: Format,
  rows: readonly T[],
  columns: readonly Column<T>[],
): void => {
  if (format === "json") {
    for (const row of rows) out.write(`${JSON.stringify(row)}\n`);
  } else if (format === "csv") out.write(toCsv(rows, columns));
  else out.write(rows.length === 0 ? "none\n" : `${toTable(rows, columns, out.columns)}\n`);
};

/** A time for people: to the second. */
export const shortTime = (at: string): string => at.replace("T", " ").replace(/\.\d+Z$/, "Z");

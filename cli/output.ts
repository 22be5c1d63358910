import Table from "cli-table3";
import { stringify } from "csv-stringify/sync";

import type { Output } from "./io.ts";

/** How results are printed. */
export type Format = "table" | "json" | "csv";

export type Cell = string | number | undefined;

/** A column: its name, what of a row it shows, and how wide it is on a terminal. */
export interface Column<T> {
  readonly name: string;
  readonly of: (row: T) => Cell;
  /** Characters, or its part of what the others leave. */
  readonly width: number | { readonly share: number };
}

const NARROWEST = 80;
const WIDEST = 200;
const SHARE_MIN = 10;
/** A space on either side of a cell. */
const PADDING = 2;

const widthsFor = <T>(columns: readonly Column<T>[], terminal: number): readonly number[] => {
  const total = Math.min(WIDEST, Math.max(NARROWEST, terminal)) - columns.length - 1;
  const fixed = columns.reduce((sum, { width }) => sum + (typeof width === "number" ? width : 0), 0);
  const shares = columns.reduce((sum, { width }) => sum + (typeof width === "number" ? 0 : width.share), 0);
  return columns.map(({ width }) =>
    typeof width === "number"
      ? width
      : Math.max(SHARE_MIN, Math.floor(((total - fixed) * width.share) / shares)),
  );
};

/** Ids longer than their column go on in the next line: nothing of them is cut off. */
const breakWords = (text: string, width: number): string =>
  text.replace(new RegExp(`\\S{${width}}(?=\\S)`, "g"), "$& ");

const toTable = <T>(rows: readonly T[], columns: readonly Column<T>[], terminal: number): string => {
  const widths = widthsFor(columns, terminal);
  const table = new Table({
    head: columns.map(({ name }) => name),
    colWidths: [...widths],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push(
      columns.map(({ of }, index) =>
        breakWords(String(of(row) ?? ""), (widths[index] ?? SHARE_MIN) - PADDING),
      ),
    );
  }
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

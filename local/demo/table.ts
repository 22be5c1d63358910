import Table from "cli-table3";

import type { Result } from "./result.ts";

const NARROWEST = 100;
const WIDEST = 180;

/** Widths of the columns for a terminal: sample, request, asked, became, calls, why, remedy. */
const widthsFor = (columns: number): readonly number[] => {
  const total = Math.min(WIDEST, Math.max(NARROWEST, columns)) - 7;
  const shares = [0.24, 0.2, 0.06, 0.25, 0.25];
  return shares.map((share) => Math.floor(total * share));
};

const becameOf = ({ outcome, became, category, status, code }: Result): string => {
  if (became !== undefined) return became;
  const answer = status === null ? "" : ` ${status}${code === null ? "" : `/${code}`}`;
  return `${outcome}${category === null ? "" : `\n${category}`}${answer}`;
};

/** The results as a table for people. */
export const toTable = (results: readonly Result[], columns: number): string => {
  const table = new Table({
    head: ["asked", "became", "calls", "why", "what to do"],
    colWidths: [...widthsFor(columns)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const result of results) {
    const { asked, attempts, why, remedy, problem } = result;
    table.push([
      `${problem === undefined ? "✓" : "✗"} ${asked}`,
      becameOf(result),
      result.became === undefined ? String(attempts) : "",
      problem === undefined ? why : `NOT AS EXPECTED: ${problem}`,
      remedy,
    ]);
  }
  return table.toString();
};

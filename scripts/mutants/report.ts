import { applyMutant, type Mutant } from "./findMutants.ts";
import type { Group } from "./relatedTests.ts";

export interface Verdict {
  readonly mutant: Mutant;
  readonly by: Group | "nobody";
  /** Noticed because the tests did not end. */
  readonly hung: boolean;
  readonly seconds: number;
}

const SHOWN = 60;

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
};

const placeOf = ({ file, line }: Mutant): string => `${file}:${line}`;

const changeOf = ({ start, end, replacement, what }: Mutant, text: string): string =>
  `${what}: ${short(text.slice(start, end))} → ${replacement === "" ? "nothing" : short(replacement)}`;

/** One line of progress. */
export const progressLine = (
  { mutant, by, hung, seconds }: Verdict,
  text: string,
  done: number,
  count: number,
): string =>
  `${done} of ${count}  ${placeOf(mutant)}  ${changeOf(mutant, text)}  ${by}${hung ? " (no end)" : ""}  ${seconds.toFixed(1)} s`;

const lineOf = (text: string, line: number): string => text.split("\n")[line - 1]?.trim() ?? "";

/** Where a survivor stands, what was done and the line that it left. */
export const survivorLines = (mutant: Mutant, text: string): readonly string[] => [
  `${placeOf(mutant)}  ${changeOf(mutant, text)}`,
  `  was ${lineOf(text, mutant.line)}`,
  `  is  ${lineOf(applyMutant(text, mutant), mutant.line)}`,
];

/** How many were noticed, and by whom, and how many of these only because tests did not end. */
export const ratioLine = (verdicts: readonly Pick<Verdict, "by" | "hung">[]): string => {
  const count = (by: Verdict["by"]): number => verdicts.filter((one) => one.by === by).length;
  const noticed = verdicts.length - count("nobody");
  const percent = verdicts.length === 0 ? 0 : Math.round((noticed / verdicts.length) * 1000) / 10;
  const hung = verdicts.filter((one) => one.hung).length;
  const without = hung === 0 ? "" : ` (${hung} noticed as tests did not end)`;
  return `${noticed} of ${verdicts.length} noticed (${percent} %): ${count("unit")} by unit tests, ${count("integration")} by integration tests${without}, ${count("nobody")} by nobody`;
};

import { beforeAll, expect, test } from "vitest";

import { COMMAND_MS, run, type Settings } from "./program.ts";

/** One thing that a program looked at. */
interface Check {
  readonly name: string;
  readonly isGood: boolean;
  /** What the program said after it. */
  readonly notes: readonly string[];
}

/** What a program found. */
export interface Report {
  readonly checks: readonly Check[];
  /** How many checks the program says there are; undefined when it broke off before it said so. */
  readonly planned: number | undefined;
}

/**
 * Reads TAP, of which a line a check is enough: "ok - name" or "not ok - name", lines that begin with "#" about the
 * check before, and "1..n" with their number. Anything else is what the tools of the platform say.
 * https://testanything.org/tap-version-14-specification.html
 */
export const readReport = (output: string): Report => {
  const checks: (Check & { readonly notes: string[] })[] = [];
  let planned: number | undefined;
  for (const line of output.split(/\r?\n/)) {
    const [, not, name] = /^(not )?ok\b(?:\s+\d+)?(?:\s+-)?\s+(.+)$/.exec(line) ?? [];
    const [, count] = /^1\.\.(\d+)$/.exec(line) ?? [];
    if (name !== undefined) checks.push({ name: name.trim(), isGood: not === undefined, notes: [] });
    else if (count !== undefined) planned = Number(count);
    else if (line.startsWith("#")) checks.at(-1)?.notes.push(line.slice(1).trim());
  }
  return { checks, planned };
};

/** What has to be true of a check; the words say what is not. */
export const problemOf = ({ checks }: Report, name: string): string | undefined => {
  const found = checks.filter((check) => check.name === name);
  const [check] = found;
  if (check === undefined) return "the program did not come to this check";
  if (found.length > 1) return "the program has two checks of this name";
  return check.isGood ? undefined : ["it is not so", ...check.notes].join("\n");
};

const outputOf = (error: unknown): string =>
  error instanceof Error && "stdout" in error && typeof error.stdout === "string" ? error.stdout : "";

/**
 * Runs a program once and makes a test of each of its checks. They are named here as well, so that they are counted when
 * the program cannot be run, or breaks off.
 */
export const testChecks = (
  names: readonly string[],
  program: () => { readonly folder: string; readonly command: string; readonly settings: Settings },
): void => {
  let report: Report = { checks: [], planned: undefined };
  let failure = "";
  beforeAll(async () => {
    const { folder, command, settings } = program();
    try {
      report = readReport(await run(folder, command, settings));
    } catch (error) {
      // A program may end with 1 when a check is not good
      report = readReport(outputOf(error));
      failure = error instanceof Error ? error.message : "unknown";
    }
  }, COMMAND_MS);

  test.each(names)("%s", (name) => {
    const problem = problemOf(report, name);
    expect(problem === undefined ? [] : [problem, failure]).toEqual([]);
  });

  test("the program comes to its end, and has no check that is not named here", () => {
    const strange = report.checks.map(({ name }) => name).filter((name) => !names.includes(name));
    const { planned } = report;
    const end = planned === names.length ? { planned } : { planned, failure };
    expect({ strange, ...end }).toEqual({ strange: [], planned: names.length });
  });
};

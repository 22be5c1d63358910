import { rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { applyMutant, type Mutant } from "./findMutants.ts";
import { GROUPS } from "./relatedTests.ts";
import type { Verdict } from "./report.ts";
import { endRunningTests, runTests } from "./runTests.ts";
import { copyWorkTree, removeWorkTree } from "./workTree.ts";

export interface JudgeDeps {
  readonly root: string;
  readonly seed: number;
  readonly textOf: (file: string) => string;
  readonly testsOf: (file: string) => readonly string[];
  /** How many side by side, each in a copy of its own. */
  readonly jobs: number;
  /** For one group of tests of one fault. */
  readonly timeoutMs: number;
  readonly tell: (line: string) => void;
  readonly onVerdict: (verdict: Verdict, done: number) => void;
}

type Judged = Pick<Verdict, "by" | "hung">;

/** Without a fault every test passes, or nothing that fails with one says anything. */
const checkBaseline = async (
  copy: string,
  mutants: readonly Mutant[],
  { seed, testsOf, timeoutMs, tell }: JudgeDeps,
): Promise<void> => {
  const tests = [...new Set(mutants.flatMap(({ file }) => testsOf(file)))];
  for (const { name, options, fits } of GROUPS) {
    const files = tests.filter(fits);
    tell(`Without a fault: ${files.length} files of ${name} tests`);
    const result = await runTests(copy, files, options, seed, timeoutMs * 5);
    if (result.kind === "passed") continue;
    if (result.kind === "failed") tell(result.output);
    throw new Error(`Cannot judge faults: the ${name} tests fail without one`);
  }
};

const judge = async (
  copy: string,
  { file }: Mutant,
  { seed, testsOf, timeoutMs }: JudgeDeps,
): Promise<Judged> => {
  for (const { name, options, fits } of GROUPS) {
    const { kind } = await runTests(copy, testsOf(file).filter(fits), options, seed, timeoutMs);
    if (kind !== "passed") return { by: name, hung: kind === "hung" };
  }
  return { by: "nobody", hung: false };
};

/** Makes each fault in a throw-away copy and has the tests look for it; verdicts come in the order of the faults. */
export const judgeAll = async (mutants: readonly Mutant[], deps: JudgeDeps): Promise<readonly Verdict[]> => {
  const { root, jobs, textOf, onVerdict } = deps;
  const copies: string[] = [];
  const stop = (): void => {
    endRunningTests();
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
    process.exit(130);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);

  const waiting = [...mutants.entries()];
  const verdicts = new Map<number, Verdict>();
  const work = async (copy: string): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, mutant] = next;
      const text = textOf(mutant.file);
      const startedMs = Date.now();
      await writeFile(join(copy, mutant.file), applyMutant(text, mutant));
      const judged = await judge(copy, mutant, deps);
      await writeFile(join(copy, mutant.file), text);
      const verdict = { mutant, ...judged, seconds: (Date.now() - startedMs) / 1000 };
      verdicts.set(place, verdict);
      onVerdict(verdict, verdicts.size);
    }
  };

  try {
    for (let job = 0; job < Math.min(jobs, mutants.length); job += 1)
      await copyWorkTree(root, (copy) => copies.push(copy));
    const [first] = copies;
    if (first !== undefined) await checkBaseline(first, mutants, deps);
    await Promise.all(copies.map(work));
    return [...verdicts].toSorted(([a], [b]) => a - b).map(([, verdict]) => verdict);
  } finally {
    endRunningTests();
    await Promise.all(copies.map(removeWorkTree));
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
};

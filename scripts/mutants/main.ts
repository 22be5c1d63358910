import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, posix, sep } from "node:path";
import { parseArgs } from "node:util";

import { readArrows } from "../rooms/readArrows.ts";
import { runScript } from "../runScript.ts";
import { wholeNumber } from "../wholeNumber.ts";
import { choose } from "./choose.ts";
import { findMutants } from "./findMutants.ts";
import { judgeAll } from "./judge.ts";
import { relatedTests } from "./relatedTests.ts";
import { progressLine, ratioLine, survivorLines } from "./report.ts";

const help = `Makes small faults in shared/, one at a time, and reports whose tests notice: unit, integration, or nobody's.

  npm run mutants                            60 faults, chosen by chance with seed 1
  npm run mutants -- --seed 7 --count 200    the same ones for the same seed and sources
  npm run mutants -- --file shared/token/    all of a folder or a file, when --count is not given

  --seed N       which faults (1)
  --count N      how many (60; of a path all)
  --file PATH    only in files whose path begins so
  --jobs N       how many side by side (2)
  --timeout N    seconds for the unit tests of one fault, and again for its integration tests (120)
  --list         shows the faults and tests nothing

A fault: a condition turned round, an operator swapped (=== !==, < <=, && ||, + -), a negation, an await, a call,
an early exit or an optional part of an object lost, a default lost or emptied. Left alone: types, the fields of
a log entry, the texts of errors, and whatever would not parse.

Each is made in a copy of the work tree below the folder for temporary files. Only tests that import the file run:
those of test/unit, and when they pass those of test/integration, without test/integration/local/host. A test that
fails is tried once more. Tests that do not end count as having noticed. The type check and the linter are not asked, nor are end-to-end tests.
Exits with 0 whatever the ratio, with 2 when the run broke, an option is wrong or the tests fail without a fault.`;

const atLeastOne = (option: string, text: string): number => {
  const count = wholeNumber(option, text);
  if (count === 0) throw new Error(`${option} must be at least 1`);
  return count;
};

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string" },
    file: { type: "string", default: "shared/" },
    jobs: { type: "string", default: String(Math.min(2, availableParallelism())) },
    timeout: { type: "string", default: "120" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const run = async (): Promise<void> => {
  const root = process.cwd();
  const seed = wholeNumber("--seed", values.seed);
  const count = values.count === undefined ? undefined : atLeastOne("--count", values.count);
  const jobs = atLeastOne("--jobs", values.jobs);
  const timeoutMs = atLeastOne("--timeout", values.timeout) * 1000;
  const path = values.file.split(sep).join(posix.sep);
  const files = globSync("shared/**/*.ts", { cwd: root })
    .map((file) => file.split(sep).join(posix.sep))
    .filter((file) => file.startsWith(path))
    .toSorted();
  if (files.length === 0)
    throw new Error(
      `--file "${values.file}" fits no file: give the beginning of a path, such as shared/token/`,
    );
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  const textOf = (file: string): string => texts.get(file) ?? "";
  const all = files.flatMap((file) => findMutants(file, textOf(file)));
  const chosen = choose(all, count ?? (path === "shared/" ? 60 : all.length), seed);
  console.log(`${chosen.length} of ${all.length} faults in ${files.length} files, seed ${seed}`);
  if (values.list) {
    for (const mutant of chosen) console.log(survivorLines(mutant, textOf(mutant.file)).join("\n"));
    return;
  }

  const arrows = readArrows(root, ["shared", "functions", "local", "cli", "bench", "scripts", "test"]);
  const started = Date.now();
  const verdicts = await judgeAll(chosen, {
    root,
    seed,
    textOf,
    testsOf: (file) => relatedTests(arrows, file),
    jobs,
    timeoutMs,
    tell: console.log,
    onVerdict: (verdict, done) => {
      console.log(progressLine(verdict, textOf(verdict.mutant.file), done, chosen.length));
    },
  });

  const survivors = verdicts.filter(({ by }) => by === "nobody").map(({ mutant }) => mutant);
  if (survivors.length > 0) console.log("\nNoticed by nobody:");
  for (const mutant of survivors) console.log(survivorLines(mutant, textOf(mutant.file)).join("\n"));
  console.log(`\n${ratioLine(verdicts)}, in ${Math.round((Date.now() - started) / 60_000)} min`);
};

await runScript(help, values.help, run);

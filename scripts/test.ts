import { parseArgs } from "node:util";

import { createVitest } from "vitest/node";

import { runChecks } from "./checks.ts";
import { runScript } from "./runScript.ts";
import { RunReporter, type Counts } from "./testing/reporter.ts";
import { wholeNumber } from "./wholeNumber.ts";

const help = `Runs the checks of the sources and all tests.

  npm test                     everything
  npm test -- test/unit/token  only test files whose path has one of these texts, and no checks
  npm test -- --seed 17        in the order that this number gives; each run prints its own

Exits with 1 when a check or a test fails, or when no test was run.`;

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, help: { type: "boolean" } },
  allowPositionals: true,
});

const seedOf = (text: string | undefined): { readonly sequence?: { readonly seed: number } } =>
  text === undefined ? {} : { sequence: { seed: wholeNumber("--seed", text) } };

const sentenceOf = ({ passed, failed }: Counts): string => `${passed} passed, ${failed} failed`;

const runTests = async (order: ReturnType<typeof seedOf>): Promise<RunReporter> => {
  const reporter = new RunReporter();
  const vitest = await createVitest({
    watch: false,
    reporters: [reporter],
    allowOnly: false,
    ...order,
  });
  // The runner ends the process itself, a moment later
  process.prependOnceListener("SIGINT", () => {
    reporter.tellFailures();
    console.log(`Stopped before the end; so far ${sentenceOf(reporter.counts)}`);
    process.exitCode = 130;
  });
  try {
    await vitest.start(positionals);
  } catch (error) {
    // No file fits: the counts tell
    if (!(error instanceof Error && "code" in error && error.code === "VITEST_FILES_NOT_FOUND")) throw error;
  } finally {
    await vitest.close();
  }
  return reporter;
};

const main = async (): Promise<void> => {
  const order = seedOf(values.seed);
  const failedChecks = positionals.length === 0 ? await runChecks() : [];
  const { counts } = await runTests(order);
  const { passed, failed, skipped } = counts;
  if (failedChecks.length > 0) console.log(`Failed checks: ${failedChecks.join(", ")}`);
  if (passed + failed + skipped === 0)
    console.log(`No test file has ${positionals.map((text) => `"${text}"`).join(" or ")} in its path`);
  if (skipped > 0) console.log(`${skipped} skipped, as named above`);
  console.log(sentenceOf(counts));
  process.exitCode = failed > 0 || passed === 0 || failedChecks.length > 0 ? 1 : 0;
};

await runScript(help, values.help === true, main);

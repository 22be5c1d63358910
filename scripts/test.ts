import { parseArgs } from "node:util";

import { startVitest } from "vitest/node";

import { runChecks } from "./checks.ts";
import { RunReporter } from "./testing/reporter.ts";

const help = `Runs the checks of the sources and all tests.

  npm test                     everything
  npm test -- test/unit/token  only test files whose path has one of these texts, and no checks
  npm test -- --seed 17        in the order that this number gives; each run prints its own

Exits with 1 when a check or a test fails, or when no test was run.`;

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, help: { type: "boolean" } },
  allowPositionals: true,
});

const runTests = async (): Promise<RunReporter> => {
  const reporter = new RunReporter();
  const seed = values.seed === undefined ? {} : { sequence: { seed: Number(values.seed) } };
  const vitest = await startVitest(positionals, { watch: false, reporters: [reporter], ...seed });
  await vitest.close();
  return reporter;
};

const main = async (): Promise<void> => {
  const failedChecks = positionals.length === 0 ? await runChecks() : [];
  const { passed, failed, skipped } = (await runTests()).counts;
  if (failedChecks.length > 0) console.log(`Failed checks: ${failedChecks.join(", ")}`);
  if (passed + failed + skipped === 0)
    console.log(`No test file has ${positionals.map((text) => `"${text}"`).join(" or ")} in its path`);
  console.log(`${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`);
  process.exitCode = failed > 0 || passed === 0 || failedChecks.length > 0 ? 1 : 0;
};

if (values.help === true) console.log(help);
else await main();

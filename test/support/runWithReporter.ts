import { startVitest } from "vitest/node";

import { RunReporter } from "../../scripts/testing/reporter.ts";

/** Runs the tests of a folder as npm test does, in a process of its own, and prints the counts in the end. */
const [root = ""] = process.argv.slice(2);
const reporter = new RunReporter();
const vitest = await startVitest([], {
  root,
  config: false,
  include: ["*.test.ts"],
  watch: false,
  reporters: [reporter],
  sequence: { seed: 17, shuffle: true },
});
await vitest.close();
process.stdout.write(`${JSON.stringify(reporter.counts)}\n`);

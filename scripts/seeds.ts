import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

import { runScript } from "./runScript.ts";
import { wholeNumber } from "./wholeNumber.ts";

const help = `Runs tests again and again, each time in another order, to find those that live on another's leftovers.

  npm run seeds -- test/e2e/tickets        20 orders
  npm run seeds -- test/unit --count 50    so many
  npm run seeds -- test/unit --first 100   the seeds 100, 101, ...

Exits with 1 when an order fails; says which, and how to repeat it.`;

const { values, positionals } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    first: { type: "string", default: "1" },
    help: { type: "boolean" },
  },
  allowPositionals: true,
});

const runOnce = (seed: number): boolean => {
  const startedMs = Date.now();
  const args = ["scripts/test.ts", "--seed", String(seed), ...positionals];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const counts = stdout.trim().split("\n").at(-1) ?? "";
  console.log(`seed ${seed}: ${counts} (${((Date.now() - startedMs) / 1000).toFixed(0)} s)`);
  if (status !== 0) console.log(stdout);
  return status === 0;
};

const main = (): void => {
  if (positionals.length === 0)
    throw new Error("Say which tests, such as test/unit: all of them, 20 times, take more than an hour");
  const first = wholeNumber("--first", values.first);
  const seeds = Array.from({ length: wholeNumber("--count", values.count) }, (_, index) => first + index);
  const failed = seeds.filter((seed) => !runOnce(seed));
  for (const seed of failed) console.log(`again: npm test -- --seed ${seed} ${positionals.join(" ")}`);
  console.log(`${seeds.length - failed.length} of ${seeds.length} orders passed`);
  process.exitCode = failed.length === 0 && seeds.length > 0 ? 0 : 1;
};

await runScript(help, values.help === true, main);

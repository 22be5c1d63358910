import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

const Counts = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), success: z.boolean() });

const checks = [
  ["Type check", "tsc", "--noEmit"],
  ["Lint", "oxlint", "functions", "shared", "local", "cli", "bench", "test", "scripts"],
  ["Format", "prettier", "--check", "--log-level", "warn", "."],
  ["Dead code", "knip"],
] as const;

const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" }).status === 0;

/** Runs the tests and returns the runner's own counts; a runner that leaves none has failed. */
const runTests = async (): Promise<z.infer<typeof Counts>> => {
  const folder = await mkdtemp(join(tmpdir(), "license-relay-test-"));
  const file = join(folder, "result.json");
  try {
    const passed = run("vitest", [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ]);
    const counts = Counts.parse(JSON.parse(await readFile(file, "utf8")));
    return { ...counts, success: counts.success && passed };
  } catch (error) {
    console.error(
      `Cannot read the result of the tests: ${error instanceof Error ? error.message : "unknown"}`,
    );
    return { numPassedTests: 0, numFailedTests: 1, success: false };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const failedChecks = checks.filter(([name, command, ...args]) => {
  console.log(`${name}: ${command} ${args.join(" ")}`);
  return !run(command, args);
});
const { numPassedTests, numFailedTests, success } = await runTests();

if (failedChecks.length > 0) console.log(`Failed: ${failedChecks.map(([name]) => name).join(", ")}`);
console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
process.exitCode = success && failedChecks.length === 0 ? 0 : 1;

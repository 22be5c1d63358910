import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** One check of the sources, run as a program of its own. */
interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** A tool or a plugin of another version, or other rules: what was found before does not count. */
const versions = createHash("sha256")
  .update(readFileSync("package-lock.json"))
  .update(readFileSync(".prettierrc.json"))
  .digest("hex")
  .slice(0, 16);
const CACHE = `node_modules/.cache/checks/${versions}`;
/** Nobody should wonder for longer whether something still goes on. */
const TELL_MS = 5000;

/** What is kept from one run to the next only saves time: each finds the same without it. */
const checks: readonly Check[] = [
  {
    name: "Types",
    // Several checkers look at the same types again, each for itself; the other checks need the processors
    command: [
      "tsc",
      "--noEmit",
      "--checkers",
      "1",
      "--incremental",
      "--tsBuildInfoFile",
      `${CACHE}/tsc.json`,
    ],
  },
  {
    name: "Lint",
    command: ["oxlint", "functions", "shared", "local", "cli", "bench", "test", "scripts"],
  },
  {
    name: "Format",
    command: [
      "prettier",
      "--check",
      "--log-level=warn",
      "--cache",
      "--cache-strategy=content",
      `--cache-location=${CACHE}/prettier.json`,
      ".",
    ],
  },
  { name: "Dead code", command: ["knip"] },
];

interface Result {
  readonly name: string;
  readonly passed: boolean;
}

const run = ({ name, command: [program, ...args] }: Check): Promise<Result> =>
  new Promise((resolve) => {
    const startedMs = Date.now();
    const child = spawn(program, args, {
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    const end = (passed: boolean): void => {
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      console.log(`${name}: ${passed ? "good" : "FAILED"} (${seconds} s)`);
      if (!passed)
        console.log(
          `${Buffer.concat(said).toString("utf8").trimEnd()}\n    again: npx ${[program, ...args].join(" ")}`,
        );
      resolve({ name, passed });
    };
    child.once("error", (error) => {
      said.push(Buffer.from(`Cannot start ${program}: ${error.message}`));
      end(false);
    });
    child.once("close", (code) => {
      end(code === 0);
    });
  });

/** Runs every check at the same time, and says what it finds when it has found it. @returns names of those that failed */
export const runChecks = async (): Promise<readonly string[]> => {
  const startedMs = Date.now();
  const open = new Set(checks.map(({ name }) => name));
  console.log(`Checks: ${[...open].join(", ")}`);
  const timer = setInterval(() => {
    console.log(
      `${String(Math.round((Date.now() - startedMs) / 1000)).padStart(4)} s  now ${[...open].join(", ")}`,
    );
  }, TELL_MS);
  const results = await Promise.all(
    checks.map(async (check) => {
      const result = await run(check);
      open.delete(check.name);
      return result;
    }),
  );
  clearInterval(timer);
  return results.filter(({ passed }) => !passed).map(({ name }) => name);
};

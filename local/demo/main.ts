import { parseArgs } from "node:util";

import { LocalStartError } from "../listen.ts";
import { toJsonLine, type Result } from "./result.ts";
import { runDemo } from "./runDemo.ts";
import { toTable } from "./table.ts";

const help = `Shows what license-relay does with requests of every kind, on this machine alone.

  npm run demo             a table: what was asked, what became of it, why, what to do
  npm run demo -- --json   one JSON object for each sample, and nothing else, on standard output
                           (npm run --silent keeps npm from printing the command before it)
  npm run demo -- --log    the log of the functions too, on standard error
  npm run demo -- --help   this text

Exits with 0 when every sample ended as it should.`;

const WIDTH = 140;

const showProgress = (done: number, all: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} samples${done === all ? "\n" : ""}`);
};

const report = (results: readonly Result[], json: boolean, seconds: number): void => {
  if (json) {
    for (const result of results) console.log(toJsonLine(result));
    for (const { name, problem } of results) if (problem !== undefined) console.error(`${name}: ${problem}`);
    return;
  }
  console.log(toTable(results, process.stdout.columns ?? WIDTH));
  const good = results.filter(({ problem }) => problem === undefined).length;
  console.log(`${good} of ${results.length} samples ended as they should, in ${seconds.toFixed(1)} s`);
};

const run = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, log: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const start = performance.now();
  const results = await runDemo({
    onPlayed: showProgress,
    onLog: (message) => {
      if (values.log === true) console.error(message);
    },
  });
  report(results, values.json === true, (performance.now() - start) / 1000);
  return results.every(({ problem }) => problem === undefined) ? 0 : 1;
};

const isForPeople = (error: unknown): error is Error =>
  error instanceof LocalStartError ||
  (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));

const runAndReport = async (): Promise<number> => {
  try {
    return await run();
  } catch (error) {
    console.error(isForPeople(error) ? error.message : error);
    return 1;
  }
};

const code = await runAndReport();
// The functions never close their connections, in Azure neither: the end of the process does
process.stdout.write("", () => process.exit(code));

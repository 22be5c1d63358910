import { parseArgs } from "node:util";

import { runScript } from "../runScript.ts";
import { wholeNumber } from "../wholeNumber.ts";
import type { Finding } from "./report.ts";
import { runFuzz } from "./runFuzz.ts";

const help = `Fires hostile input at every function: HTTP routes, messages, timers, as they are registered, on local Azure.

  npm run fuzz                              100,000 cases, with a random seed
  npm run fuzz -- --cases 1000000           so many
  npm run fuzz -- --seed 17                 the same cases for the same seed
  npm run fuzz -- --seed 17 --case 4711     one of them, shown in full
  npm run fuzz -- --route replayPoison      only at this function

  --first N   the number of the first case (0)

Looks for answers with 5xx, invocations that throw, more than 2 s, memory that grows, and messages that break the
contract and do not end as one poison message. Exits with 1 when there is one.`;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1_000_000)) },
    first: { type: "string", default: "0" },
    case: { type: "string" },
    route: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const indent = (text: string): string => text.replaceAll(/^/gm, "    ");

const tellFinding = ({ kind, where, detail, at, input, stack, count }: Finding, again: string): void => {
  console.log(`\n${kind}: ${where}: ${detail}${count > 1 ? ` (${count} times)` : ""}`);
  if (input !== undefined) console.log(indent(input));
  if (stack !== undefined) console.log(indent(stack.split("\n").slice(0, 10).join("\n")));
  if (at !== undefined) console.log(`    again: ${again} --case ${at}`);
};

const main = async (): Promise<void> => {
  const seed = wholeNumber("--seed", values.seed);
  const single = values.case === undefined ? undefined : wholeNumber("--case", values.case);
  const first = single ?? wholeNumber("--first", values.first);
  const cases = single === undefined ? wholeNumber("--cases", values.cases) : 1;
  const route = values.route === undefined ? "" : ` --route ${values.route}`;
  const again = `npm run fuzz -- --seed ${seed}${route}`;
  console.log(`${cases.toLocaleString("en-US")} cases from number ${first}, seed ${seed}${route}`);
  const startedMs = Date.now();
  const { lines, findings } = await runFuzz({
    seed,
    first,
    cases,
    show: single !== undefined,
    ...(values.route === undefined ? {} : { route: values.route }),
    tell: console.log,
  });
  for (const line of lines) console.log(line);
  for (const finding of findings) tellFinding(finding, again);
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  console.log(`\n${findings.length === 0 ? "No" : findings.length} findings in ${seconds} s; seed ${seed}`);
  process.exitCode = findings.length === 0 ? 0 : 1;
};

await runScript(help, values.help, main);

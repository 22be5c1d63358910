import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { wholeNumber } from "../wholeNumber.ts";
import { describeCase } from "./describeCase.ts";
import { makeFindings } from "./findings.ts";
import { judgeMemory } from "./judgeMemory.ts";
import { makeKeptMessages } from "./keptMessages.ts";
import { makeCases } from "./makeCase.ts";
import { Word, type Report } from "./report.ts";
import { makeRun, type Run } from "./runCases.ts";
import { makeMessageSender } from "./sendMessage.ts";
import { startFuzzedHost, type FuzzedHost } from "./startFuzzedHost.ts";

/**
 * The process with the functions: it fires the cases at them. Its parent has the rest of Azure, watches it and tells
 * when the queues are empty.
 */
const MIB = 1024 * 1024;
const TELL_MS = 1000;
const WORK_LIMIT_MS = 20_000;

const tell = (report: Report): void => {
  process.send?.(report);
};

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    cases: { type: "string", default: "1000" },
    route: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const [seed, first, cases] = [
  wholeNumber("--seed", values.seed),
  wholeNumber("--first", values.first),
  wholeNumber("--cases", values.cases),
];

const findings = makeFindings();
const kept = makeKeptMessages();

// One that listens before the functions are loaded has no run yet
let run: Run | undefined;
const host = await startFuzzedHost({
  root: process.cwd(),
  onLog: (entry) => run?.onLog(entry),
  onFailure: (...failure) => run?.onFailure(...failure),
  onTaken: kept.taken,
});
const { route } = values;
const plans = host.plans.filter(({ fn }) => route === undefined || fn.metadata.name === route);
if (plans.length === 0)
  throw new Error(
    `There is no function "${route}"; there are ${host.plans.map(({ fn }) => fn.metadata.name).join(", ")}`,
  );
const sender = makeMessageSender(process.env["ServiceBusConnection"] ?? "");

/** Runs timers until the parent says that nothing is under way any more: some of them take messages further. */
const drain = async ({ plans: all, invoke }: FuzzedHost): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  process.on("message", (word) => resolve(Word.parse(word).left));
  tell({ kind: "fired" });
  const timers = all.filter((plan) => plan.kind === "timer");
  for (;;) {
    for (const plan of timers)
      await invoke(plan, {
        inputData: [{ name: plan.bindingName, data: { json: "{}" } }],
        triggerMetadata: {},
      }).catch(() => undefined);
    const left = await Promise.race([promise, sleep(TELL_MS)]);
    if (left !== undefined) return left;
  }
};

const currentRun = makeRun(
  {
    first,
    cases,
    makeCase: makeCases({ plans, seed, key: host.key }),
    findings,
    ...(values.show
      ? {
          onFired: (at, fired, result) =>
            console.log(`case ${at}: ${fired.name}: ${result}\n${describeCase(fired)}`),
        }
      : {}),
  },
  () => ({ host, sender, onSent: kept.taken }),
);
run = currentRun;
const timer = setInterval(() => {
  tell({
    kind: "progress",
    done: currentRun.done(),
    first: currentRun.first(),
    heapMiB: Math.round(process.memoryUsage().heapUsed / MIB),
    findings: findings.all().length,
  });
}, TELL_MS);

await currentRun.fired;
const { user, system } = process.cpuUsage();
const usSpent = user + system;
const left = await drain(host);
if (left !== "") findings.add({ kind: "stuck", where: "the broker", detail: left });
if (!(await host.work.drained(WORK_LIMIT_MS)))
  findings.add({ kind: "stuck", where: "invocations", detail: `${host.work.count()} have not ended` });
await currentRun.repeatSlow();
const keptSentence = await kept.check(host.server, host.key, findings);
const memory = judgeMemory(currentRun.heaps());
if (!memory.isFlat) findings.add({ kind: "memory", where: "the functions", detail: memory.sentence });
if (Object.hasOwn(Object.prototype, "polluted"))
  findings.add({ kind: "died", where: "Object.prototype", detail: "a body has put a field into it" });
clearInterval(timer);
const results = [...currentRun.results()].toSorted(([a], [b]) => a.localeCompare(b));
tell({
  kind: "end",
  lines: [
    results.map(([name, count]) => `${name}: ${count}`).join(", "),
    keptSentence,
    memory.sentence,
    `processor time of the functions and of what fires at them: ${Math.round(usSpent / 1_000_000)} s`,
  ],
  findings: [...findings.all()],
});
process.disconnect();
process.exit(0);

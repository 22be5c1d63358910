import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { BrokerConfig } from "../../local/broker/config.ts";
import { loadBrokerConfig } from "../../local/broker/loadConfig.ts";
import type { Broker } from "../../local/broker/startBroker.ts";
import { apart } from "../../local/ports.ts";
import { ENTITIES_FILE, startLocalAzure, type LocalAzure } from "../../local/startLocalAzure.ts";
import { TICKETS } from "../../shared/message/entities.ts";
import { Report, type Finding, type Word } from "./report.ts";
import { TICKET_SECRET, ticketSamples } from "./ticketSamples.ts";

const RUNNER = fileURLToPath(new URL("runner.ts", import.meta.url));
const TELL_MS = 5000;
/** A process that says nothing for so long is stuck in one case. */
const SILENT_MAX_MS = 30_000;
const DRAIN_MAX_MS = 180_000;
const POLL_MS = 200;
/** So often in a row nothing may be under way: what one function has done, another one takes further. */
const QUIET_POLLS = 10;

/** Times that suit hostile input; everything else is as in production. */
const quick = {
  HOLD_BUDGET_SECONDS: "5",
  RETRY_BASE_MILLISECONDS: "50",
  CALLBACK_TIMEOUT_SECONDS: "1",
  CALLBACK_SCHEDULE_SECONDS: "0,1",
  PARTNER_CENTER_CALLS_PER_SECOND: "1000",
};

export interface FuzzOptions {
  readonly seed: number;
  readonly first: number;
  readonly cases: number;
  readonly route?: string;
  /** Prints every case and what came of it. */
  readonly show: boolean;
  readonly tell: (line: string) => void;
}

export interface Fuzzed {
  /** What was seen, for people. */
  readonly lines: readonly string[];
  readonly findings: readonly Finding[];
}

// Nobody takes from the subscription of others: it would fill up
const onlyOwn = (config: BrokerConfig): BrokerConfig => ({
  ...config,
  topics: config.topics.map((topic) => ({
    ...topic,
    subscriptions: topic.subscriptions.filter(({ name }) => name === TICKETS),
  })),
});

const pathsOf = ({ queues, topics }: BrokerConfig): readonly string[] => [
  ...queues.map(({ name }) => name),
  ...topics.flatMap((topic) => topic.subscriptions.map(({ name }) => `${topic.name}/Subscriptions/${name}`)),
];

const leftIn = (broker: Broker, paths: readonly string[]): string =>
  paths
    .flatMap((path) =>
      Object.entries(broker.counts(path)).flatMap(([name, count]) =>
        Number(count) > 0 ? [`${path}: ${count} ${name}`] : [],
      ),
    )
    .join(", ");

const drained = async (left: () => string): Promise<string> => {
  const end = Date.now() + DRAIN_MAX_MS;
  let quiet = 0;
  while (quiet < QUIET_POLLS && Date.now() < end) {
    quiet = left() === "" ? quiet + 1 : 0;
    await sleep(POLL_MS);
  }
  return left();
};

/** Every ticketing system that has a page, as a source whose secret is in the vault. */
const writeSources = async ({ keyVault, desk }: LocalAzure, folder: string): Promise<void> => {
  for (const { name, file } of ticketSamples) {
    for (const secret of [file.secret, file.callbackSecret])
      if (secret !== undefined) keyVault?.set(secret, TICKET_SECRET);
    if (file.callbackAuthorization !== undefined) keyVault?.set(file.callbackAuthorization, "Basic abc");
    // Nothing leaves this machine
    const callback = file.callbackUrl === undefined ? {} : { callbackUrl: `${desk?.url}/tickets/{ticketId}` };
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ ...file, ...callback }));
  }
};

const startRunner = (options: FuzzOptions, env: Readonly<Record<string, string>>): ChildProcess => {
  const { seed, first, cases, route, show } = options;
  return fork(
    RUNNER,
    [
      "--seed",
      String(seed),
      "--first",
      String(first),
      "--cases",
      String(cases),
      ...(route === undefined ? [] : ["--route", route]),
      ...(show ? ["--show"] : []),
    ],
    {
      env: { ...process.env, ...env },
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    },
  );
};

/** Lets the runner run to its end, tells how far it is, and notices when it dies or hangs. */
const follow = async (
  runner: ChildProcess,
  { onFired, left }: { readonly onFired: () => Promise<void>; readonly left: () => string },
  { tell, cases }: FuzzOptions,
): Promise<Fuzzed> => {
  const startedMs = Date.now();
  const { promise, resolve, reject } = Promise.withResolvers<Fuzzed>();
  let last = { done: 0, first: 0, heapMiB: 0, findings: 0 };
  let heardMs = Date.now();
  let said = "";
  const seconds = (): number => Math.max(1, Math.round((Date.now() - startedMs) / 1000));
  const died = (detail: string): void => {
    const where = `a case from ${last.first} on`;
    resolve({
      lines: [],
      findings: [{ kind: "died", where, detail: `${detail}\n${said}`, at: last.first, count: 1 }],
    });
  };
  runner.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString("utf8")}`.slice(-4000);
  });
  runner.on("message", (message) => {
    heardMs = Date.now();
    const report = Report.parse(message);
    switch (report.kind) {
      case "progress":
        last = report;
        return;
      case "fired":
        onFired().catch(reject);
        return;
      case "end":
        resolve(report);
        return;
      default:
        report satisfies never;
    }
  });
  runner.once("exit", (code) => died(`the process ended with ${code ?? "a signal"}`));
  const telling = setInterval(() => {
    const { done, heapMiB, findings } = last;
    const count = `${done.toLocaleString("en-US")} of ${cases.toLocaleString("en-US")} cases`;
    const waits = done < cases ? "" : `; under way: ${left() || "nothing"}`;
    tell(`${String(seconds()).padStart(5)} s  ${count}, heap ${heapMiB} MiB, ${findings} findings${waits}`);
    if (Date.now() - heardMs > SILENT_MAX_MS) died(`the process has said nothing for ${SILENT_MAX_MS} ms`);
  }, TELL_MS);
  try {
    return await promise;
  } finally {
    clearInterval(telling);
    if (runner.exitCode === null && runner.signalCode === null) {
      const ended = once(runner, "exit");
      runner.kill("SIGKILL");
      await ended;
    }
  }
};

/** Starts local Azure and the functions, fires the cases, and says what was found. */
export const runFuzz = async (options: FuzzOptions): Promise<Fuzzed> => {
  const config = onlyOwn(await loadBrokerConfig(ENTITIES_FILE));
  const azure = await startLocalAzure({ env: apart, brokerConfig: config });
  const folder = await mkdtemp(join(tmpdir(), "license-relay-fuzz-"));
  try {
    const { broker } = azure;
    if (broker === undefined) throw new Error("The broker was not started");
    azure.partnerCenter?.updateSettings({ partnerRate: null, customerRate: null });
    await writeSources(azure, folder);
    const runner = startRunner(options, { ...quick, ...azure.settings, TICKETS_FOLDER: folder });
    const left = (): string => leftIn(broker, pathsOf(config));
    const onFired = async (): Promise<void> => {
      const word: Word = { kind: "drained", left: await drained(left) };
      runner.send(word);
    };
    return await follow(runner, { onFired, left }, options);
  } finally {
    await azure.close();
    await rm(folder, { recursive: true, force: true });
  }
};

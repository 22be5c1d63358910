import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import Table from "cli-table3";

import type { BrokerConfig } from "../local/broker/config.ts";
import { loadBrokerConfig } from "../local/broker/loadConfig.ts";
import { makeApi } from "../local/demo/api.ts";
import { startHostProcess, type HostProcess } from "../local/host/hostProcess.ts";
import { customerIdAt, largeWorld } from "../local/partner-center/largeWorld.ts";
import {
  startPartnerCenter,
  type PartnerCenter,
  type PartnerCenterOptions,
} from "../local/partner-center/startPartnerCenter.ts";
import { apart } from "../local/ports.ts";
import { ENTITIES_FILE, startLocalAzure } from "../local/startLocalAzure.ts";
import { countDead, startConsumer, type Strategy } from "./drain/naive.ts";
import { enqueueAll, updateAt, type Update } from "./drain/work.ts";

const help = `Measures how a queue is drained against a throttle that the client does not know, on this machine alone.

  npm run bench:drain -- [--updates 10000] [--customers 200] [--rate 20] [--instances 3]
                         [--only relay,fairness,one,abandon,copies]

The local Partner Center answers after 300 ms and lets so many calls a second pass (a token bucket of one second's worth;
refused calls count too). Prints one table: the relay with its instances; one call after another; 20 at a time, given back
at once when throttled (what a plain trigger does); 20 at a time, re-scheduled as copies with exponential back-off. "one"
is measured on a part and scaled. Then the waits of customers who are not throttled, beside one who is.
Exits with 1 when the relay needs more than 1.10 of the time that the throttle allows, has more than 1 % of its calls
answered 429, loses or dead-letters a message, or lets a throttled customer slow the others by more than 10 %.`;

const LATENCY_MS = 300;
const POLL_MS = 500;
/** Whoever needs more than so many times of what the throttle allows is stopped. */
const PATIENCE = 1.5;

interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly ratio: number;
  readonly calls: number;
  readonly throttledShare: number;
  readonly dead: number;
  readonly applied: number;
  readonly note: string;
}

interface Plan {
  readonly updates: number;
  readonly customers: number;
  readonly rate: number;
  readonly instances: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const loadOf = ({ updates, customers }: Plan, count = updates): readonly Update[] =>
  Array.from({ length: count }, (_, index) => updateAt(index, customers));

/** What the throttle itself needs for so many calls: all but the first second's worth wait for it. */
const idealMs = (count: number, rate: number): number => Math.max(1, ((count - rate) / rate) * 1000);

const settingsOf = (rate: number): NonNullable<PartnerCenterOptions["settings"]> => ({
  latencyMs: LATENCY_MS,
  partnerRate: { perSecond: rate, burst: rate },
});

const withPlainQueue = (config: BrokerConfig): BrokerConfig => {
  const [queue] = config.queues;
  if (queue === undefined) throw new Error("servicebus.config.json has no queue");
  const drain = { ...queue, name: "drain", requiresSession: false, requiresDuplicateDetection: false };
  return { ...config, queues: [...config.queues, drain] };
};

/** Waits until so many are done or lost, and says how long that took since the first call. */
const untilDrained = async (
  partnerCenter: PartnerCenter,
  count: number,
  limitMs: number,
  lost: () => Promise<number>,
): Promise<number> => {
  const startMs = Date.now();
  let firstMs: number | undefined;
  let saidMs = startMs;
  for (;;) {
    const changes = partnerCenter.journal();
    const [first] = partnerCenter.calls();
    if (first !== undefined) firstMs ??= Date.parse(first.at);
    if (changes.length >= count) return Date.parse(changes.at(-1)?.at ?? "") - (firstMs ?? startMs);
    if (Date.now() - saidMs > 30_000) {
      saidMs = Date.now();
      console.log(`  ${changes.length} of ${count} after ${Math.round((Date.now() - startMs) / 1000)} s`);
      if (changes.length + (await lost()) >= count || Date.now() - startMs > limitMs)
        return Date.now() - (firstMs ?? startMs);
    }
    await sleep(POLL_MS);
  }
};

const startHosts = (count: number, settings: Readonly<Record<string, string>>): Promise<HostProcess[]> =>
  Promise.all(
    Array.from({ length: count }, () => startHostProcess({ ...settings, PROOF_DELAY_SECONDS: "0" })),
  );

const throttledOf = (partnerCenter: PartnerCenter): number =>
  partnerCenter.calls().filter(({ status }) => status === 429).length;

const measureRelay = async (plan: Plan): Promise<Row> => {
  const azure = await startLocalAzure({ env: { ...apart, PARTNER_CENTER_URL: "http://127.0.0.1:1" } });
  const partnerCenter = await startPartnerCenter({
    port: 0,
    world: largeWorld(plan.customers, Math.ceil(plan.updates / plan.customers)),
    settings: settingsOf(plan.rate),
  });
  const connectionString = azure.broker?.connectionString ?? "";
  await enqueueAll(connectionString, "license-updates", loadOf(plan));
  const hosts = await startHosts(plan.instances, {
    ...azure.settings,
    PARTNER_CENTER_URL: partnerCenter.url,
  });
  const limitMs = idealMs(plan.updates, plan.rate) * PATIENCE;
  const ms = await untilDrained(partnerCenter, plan.updates, limitMs, () => Promise.resolve(0));
  const calls = partnerCenter.calls().length;
  const api = makeApi({ url: hosts[0]?.url ?? "", functionKey: "local", operatorKey: "local-operator" });
  const { total } = await api.groups();
  const applied = partnerCenter.journal().length;
  const throttled = throttledOf(partnerCenter);
  await Promise.all(hosts.map((host) => host.kill()));
  await partnerCenter.close();
  await azure.close();
  return {
    name: `license-relay, ${plan.instances} instances`,
    seconds: ms / 1000,
    ratio: ms / idealMs(plan.updates, plan.rate),
    calls,
    throttledShare: throttled / calls,
    dead: total,
    applied,
    note: "order kept",
  };
};

const naive: Readonly<
  Record<"one" | "abandon" | "copies", { strategy: Strategy; name: string; note: string }>
> = {
  one: { strategy: "one after another", name: "one call after another", note: "order kept" },
  abandon: { strategy: "abandon", name: "20 at a time, given back", note: "order lost" },
  copies: { strategy: "copies", name: "20 at a time, copies", note: "order lost" },
};

/** One after another takes for ever: a part of it tells. */
const SHARE = 20;

const measureNaive = async (plan: Plan, which: keyof typeof naive): Promise<Row> => {
  const { strategy, name, note } = naive[which];
  const share = which === "one" ? SHARE : 1;
  const count = Math.ceil(plan.updates / share);
  const config = withPlainQueue(await loadBrokerConfig(ENTITIES_FILE));
  const azure = await startLocalAzure({
    env: { ...apart, PARTNER_CENTER_URL: "http://127.0.0.1:1" },
    brokerConfig: config,
  });
  const partnerCenter = await startPartnerCenter({
    port: 0,
    world: largeWorld(plan.customers, Math.ceil(plan.updates / plan.customers)),
    settings: settingsOf(plan.rate),
  });
  const connectionString = azure.broker?.connectionString ?? "";
  await enqueueAll(connectionString, "drain", loadOf(plan, count));
  const consumer = startConsumer(strategy, connectionString, partnerCenter.url);
  let dead = 0;
  const lost = async (): Promise<number> => (dead += await countDead(connectionString));
  const ms = await untilDrained(partnerCenter, count, idealMs(plan.updates, plan.rate) * PATIENCE, lost);
  await lost();
  await consumer.close();
  const applied = partnerCenter.journal().length;
  await partnerCenter.close();
  await azure.close();
  return {
    name,
    seconds: (ms / 1000) * share,
    ratio: (ms * share) / idealMs(plan.updates, plan.rate),
    calls: consumer.calls() * share,
    throttledShare: consumer.throttled() / consumer.calls(),
    dead: dead * share,
    applied: applied * share,
    note: share === 1 ? note : `${note}; ${count} measured, scaled`,
  };
};

const FAIR_CUSTOMERS = 20;
const FAIR_UPDATES = 600;
const SLOW: NonNullable<PartnerCenterOptions["settings"]>["customerRate"] = { perSecond: 0.5, burst: 2 };

/** The median time from the start until a change of a customer who is not throttled is made, in milliseconds. */
const waitOfOthers = async (instances: number, isOneThrottled: boolean): Promise<number> => {
  const plan: Plan = { updates: FAIR_UPDATES, customers: FAIR_CUSTOMERS, rate: 0, instances };
  const azure = await startLocalAzure({ env: { ...apart, PARTNER_CENTER_URL: "http://127.0.0.1:1" } });
  const throttledId = customerIdAt(0);
  const partnerCenter = await startPartnerCenter({
    port: 0,
    world: largeWorld(FAIR_CUSTOMERS, FAIR_UPDATES / FAIR_CUSTOMERS),
    settings: {
      latencyMs: LATENCY_MS,
      ...(isOneThrottled && SLOW !== null && SLOW !== undefined
        ? { customerRates: { [throttledId]: SLOW } }
        : {}),
    },
  });
  const hosts = await startHosts(instances, { ...azure.settings, PARTNER_CENTER_URL: partnerCenter.url });
  const startMs = Date.now();
  await enqueueAll(azure.broker?.connectionString ?? "", "license-updates", loadOf(plan));
  const others = () => partnerCenter.journal().filter(({ customerId }) => customerId !== throttledId);
  const wanted = FAIR_UPDATES - FAIR_UPDATES / FAIR_CUSTOMERS;
  while (others().length < wanted && Date.now() - startMs < 300_000) await sleep(POLL_MS);
  const waits = others().map(({ at }) => Date.parse(at) - startMs);
  await Promise.all(hosts.map((host) => host.kill()));
  await partnerCenter.close();
  await azure.close();
  return median(waits);
};

const ROUNDS = 3;

const measureFairness = async (
  instances: number,
): Promise<{ readonly ratio: number; readonly text: string }> => {
  const alone: number[] = [];
  const beside: number[] = [];
  // In turn, so that a machine that is slow for a while is slow for both
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await waitOfOthers(instances, false));
    beside.push(await waitOfOthers(instances, true));
  }
  const ratio = median(beside) / median(alone);
  const text = `median wait of customers who are not throttled: ${(median(alone) / 1000).toFixed(2)} s, beside a throttled one ${(median(beside) / 1000).toFixed(2)} s: ${ratio.toFixed(2)} of it (medians of ${ROUNDS})`;
  return { ratio, text };
};

const wholeNumber = (text: string, name: string): number => {
  if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new Error(`Cannot use --${name} "${text}": not a whole number above 0`);
};

/** At once, for whoever does not wait for the table. */
const sayRow = ({ name, seconds, ratio, throttledShare, dead, applied }: Row): void =>
  console.log(
    `  ${name}: ${seconds.toFixed(0)} s, ${ratio.toFixed(3)} of what the throttle allows, ${(throttledShare * 100).toFixed(2)} % answered 429, ${dead} dead-lettered, ${applied} applied`,
  );

const print = (rows: readonly Row[], updates: number): void => {
  const table = new Table({
    head: [
      "",
      "drained in",
      "of what the throttle allows",
      "calls",
      "answered 429",
      "dead-lettered",
      "applied",
      "",
    ],
    style: { head: [], border: [] },
  });
  for (const { name, seconds, ratio, calls, throttledShare, dead, applied, note } of rows) {
    table.push([
      name,
      applied < updates ? `not in ${seconds.toFixed(0)} s` : `${seconds.toFixed(0)} s`,
      applied < updates ? "" : ratio.toFixed(2),
      calls,
      `${(throttledShare * 100).toFixed(2)} %`,
      dead,
      applied,
      note,
    ]);
  }
  console.log(table.toString());
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      updates: { type: "string", default: "10000" },
      customers: { type: "string", default: "200" },
      rate: { type: "string", default: "20" },
      instances: { type: "string", default: "3" },
      only: { type: "string", default: "relay,one,abandon,copies,fairness" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const plan: Plan = {
    updates: wholeNumber(values.updates, "updates"),
    customers: wholeNumber(values.customers, "customers"),
    rate: wholeNumber(values.rate, "rate"),
    instances: wholeNumber(values.instances, "instances"),
  };
  const only = new Set(values.only.split(","));
  console.log(
    `${plan.updates} updates over ${plan.customers} customers, ${LATENCY_MS} ms latency, a throttle of ${plan.rate} calls/s: it allows ${(idealMs(plan.updates, plan.rate) / 1000).toFixed(0)} s`,
  );
  const rows: Row[] = [];
  const problems: string[] = [];
  if (only.has("relay")) {
    console.log("license-relay");
    const row = await measureRelay(plan);
    rows.push(row);
    sayRow(row);
    if (row.ratio > 1.1)
      problems.push(`drained in ${row.ratio.toFixed(3)} of the time that the throttle allows`);
    if (row.throttledShare > 0.01)
      problems.push(`${(row.throttledShare * 100).toFixed(2)} % of the calls were answered 429`);
    if (row.dead > 0 || row.applied !== plan.updates)
      problems.push(`${row.dead} dead-lettered, ${row.applied} of ${plan.updates} applied`);
  }
  for (const which of ["one", "abandon", "copies"] as const) {
    if (!only.has(which)) continue;
    console.log(naive[which].name);
    const row = await measureNaive(plan, which);
    rows.push(row);
    sayRow(row);
  }
  if (rows.length > 0) print(rows, plan.updates);
  if (only.has("fairness")) {
    const { ratio, text } = await measureFairness(plan.instances);
    console.log(text);
    if (ratio > 1.1) problems.push(`a throttled customer slows the others: ${ratio.toFixed(2)}`);
  }
  for (const problem of problems) console.error(`Not good enough: ${problem}`);
  return problems.length === 0 ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { ServiceBusClient } from "@azure/service-bus";

import { makeApi, type Api } from "../local/demo/api.ts";
import { startHostProcess, type HostProcess } from "../local/host/hostProcess.ts";
import { readMemoryMib } from "../local/host/memory.ts";
import { customerIdAt, largeWorld, userIdAt } from "../local/partner-center/largeWorld.ts";
import { skus } from "../local/partner-center/seed.ts";
import { apart } from "../local/ports.ts";
import { startLocalAzure } from "../local/startLocalAzure.ts";
import { correlationIdOf } from "../shared/partner-center/requestId.ts";
import { laneOf } from "../shared/request/lane.ts";

const help = `Measures poison operations at scale, on this machine alone.

  npm run bench:poison -- [--messages 10000] [--kills 3]

Refuses so many requests, groups them, replays all of them while the functions are killed, and counts what was lost or
done twice: both must be 0. Exits with 1 when they are not, or when grouping takes a second or more.`;

const CUSTOMERS = 50;
const GROUPINGS = 9;
const BATCH = 100;
const POLL_MS = 250;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const say = (name: string, value: string): void => console.log(`${name.padEnd(46)}${value}`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const requestAt = (index: number) => {
  const customer = index % CUSTOMERS;
  return {
    requestId: `bench-${index}`,
    customerId: customerIdAt(customer),
    userId: userIdAt(customer, Math.floor(index / CUSTOMERS)),
    licensesToAssign: [{ skuId: skus.visio }],
  };
};

const countOpen = async (api: Api): Promise<number> => (await api.groups()).total;

const waitFor = async (
  what: string,
  condition: () => Promise<boolean>,
  patienceMs: number,
): Promise<void> => {
  const end = Date.now() + patienceMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Waited ${patienceMs / 1000} s in vain: ${what}`);
    await sleep(POLL_MS);
  }
};

const enqueueAll = async (connectionString: string, count: number): Promise<void> => {
  const client = new ServiceBusClient(connectionString);
  const sender = client.createSender("license-updates");
  for (let start = 0; start < count; start += BATCH) {
    const bodies = Array.from({ length: Math.min(BATCH, count - start) }, (_, index) =>
      requestAt(start + index),
    );
    await sender.sendMessages(
      bodies.map((body) => ({
        messageId: body.requestId,
        sessionId: laneOf(body, 4),
        contentType: "application/json",
        body,
      })),
    );
  }
  await client.close();
};

const run = async (messages: number, kills: number): Promise<boolean> => {
  const azure = await startLocalAzure({ env: apart });
  const { broker, partnerCenter } = azure;
  if (broker === undefined || partnerCenter === undefined) throw new Error("A part was not started");
  for (const [id, customer] of largeWorld(CUSTOMERS, Math.ceil(messages / CUSTOMERS)).customers) {
    partnerCenter.world.customers.set(id, customer);
    partnerCenter.setSeats(id, skus.visio, 0);
  }
  const settings = { RETRY_BASE_MILLISECONDS: "100", ...azure.settings };
  let host: HostProcess = await startHostProcess(settings);
  const api = (): Api => makeApi({ url: host.url, functionKey: "local", operatorKey: "local-operator" });
  let peakMiB = 0;
  const look = async (): Promise<void> => {
    peakMiB = Math.max(peakMiB, (await readMemoryMib(host.pid)) ?? 0);
  };
  try {
    say("machine", `${availableParallelism()} processors, Node.js ${process.versions.node}`);
    const startMs = performance.now();
    await enqueueAll(broker.connectionString, messages);
    const waiting = (): number =>
      broker.counts("license-updates").active + broker.counts("license-updates-poison").active;
    await waitFor("the queues are empty", () => Promise.resolve(waiting() === 0), messages * 60);
    await waitFor("all are filed", async () => (await countOpen(api())) === messages, 60_000);
    say(`${messages} requests refused and filed`, seconds(performance.now() - startMs));
    const beforeMiB = await readMemoryMib(host.pid);

    const times: number[] = [];
    for (let count = 0; count < GROUPINGS; count += 1) {
      const beginMs = performance.now();
      await api().groups();
      times.push(performance.now() - beginMs);
    }
    const groupingMs = median(times);
    say(`grouping, median of ${GROUPINGS}`, `${Math.round(groupingMs)} ms`);

    for (let customer = 0; customer < CUSTOMERS; customer += 1) {
      partnerCenter.setSeats(customerIdAt(customer), skus.visio, messages);
    }
    const replayMs = performance.now();
    const id = await api().start("replay", { category: "no-seats" });
    const done = (): number => partnerCenter.journal().length;
    for (let kill = 1; kill <= kills; kill += 1) {
      await waitFor(
        "a part is done",
        async () => Promise.resolve(done() >= (messages * kill) / (kills + 1)),
        messages * 60,
      );
      await look();
      await host.kill();
      say(`killed after changes`, String(done()));
      host = await startHostProcess(settings);
    }
    await waitFor(
      "the operation has ended",
      async () => {
        await look();
        return (await api().operation(id)).endedAt !== undefined;
      },
      messages * 120,
    );
    const operation = await api().operation(id);
    say(`replay with ${kills} kills`, seconds(performance.now() - replayMs));
    say(
      "operation",
      `${operation.state}: ${operation.done} of ${operation.total} done, ${operation.failed} refused, ${operation.skipped} skipped`,
    );

    const changes = new Map<string, number>();
    for (const { correlationId } of partnerCenter.journal()) {
      changes.set(correlationId, (changes.get(correlationId) ?? 0) + 1);
    }
    const counts = Array.from(
      { length: messages },
      (_, index) => changes.get(correlationIdOf(`bench-${index}`)) ?? 0,
    );
    const lost = counts.filter((count) => count === 0).length;
    const doubled = counts.filter((count) => count > 1).length;
    const left = await countOpen(api());
    say("changes lost / made twice", `${lost} / ${doubled}`);
    say("poison messages left", String(left));
    say("memory of the functions, before / most", `${beforeMiB ?? "?"} / ${peakMiB} MiB`);
    return lost === 0 && doubled === 0 && left === 0 && operation.done === messages && groupingMs < 1000;
  } finally {
    await host.kill();
    await azure.close();
  }
};

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "10000" },
    kills: { type: "string", default: "3" },
    help: { type: "boolean" },
  },
});
if (values.help === true) console.log(help);
else {
  const good = await run(Number(values.messages), Number(values.kills));
  process.exit(good ? 0 : 1);
}

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

import { ServiceBusClient, type ServiceBusMessage, type ServiceBusSender } from "@azure/service-bus";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { readBrokerConfig } from "../../../../local/broker/loadConfig.ts";
import { startBroker, type Broker } from "../../../../local/broker/startBroker.ts";
import { startHost, type Host, type LogEntry } from "../../../../local/host/startHost.ts";
import { gate } from "./fixture/gate.ts";
import { receivedCalls, type ReceivedCall } from "./receivedCalls.ts";
import { startProcess, type StartedProcess } from "./startProcess.ts";

const ROOT = fileURLToPath(new URL("fixture", import.meta.url));
const LOCK_MS = 1_000;
const GRACE_MS = 300;

const aQueue = (name: string, changes: object = {}): object => ({
  Name: name,
  Properties: { LockDuration: "PT1M", MaxDeliveryCount: 3, DefaultMessageTimeToLive: "PT1H", ...changes },
});
const config = readBrokerConfig({
  UserConfig: {
    Namespaces: [
      {
        Name: "sbemulatorns",
        Queues: [
          aQueue("lanes", { RequiresSession: true }),
          aQueue("plain"),
          aQueue("brief", { LockDuration: `PT${LOCK_MS / 1000}S` }),
        ],
        Topics: [{ Name: "outcomes", Properties: {}, Subscriptions: [{ Name: "all", Properties: {} }] }],
      },
    ],
    Logging: { Type: "Console" },
  },
});

let broker: Broker;
let client: ServiceBusClient;
let logged: LogEntry[] = [];
let host: Host;

const start = (): Promise<Host> =>
  startHost({
    root: ROOT,
    pattern: "messages/*.ts",
    port: 0,
    keysFor: () => [],
    onLog: (entry) => logged.push(entry),
    graceMs: GRACE_MS,
  });

beforeAll(async () => {
  broker = await startBroker({ port: 0, config });
});
beforeEach(async () => {
  vi.stubEnv("Bus", broker.connectionString);
  vi.stubEnv("LANES", "lanes");
  logged = [];
  client = new ServiceBusClient(broker.connectionString);
  host = await start();
});
afterEach(async () => {
  await host.close();
  await client.close();
});
afterAll(() => broker.close());

type Sent = Parameters<ServiceBusSender["sendMessages"]>[0];
const send = async (entity: string, ...messages: Sent[]): Promise<void> => {
  const sender = client.createSender(entity);
  for (const message of messages) await sender.sendMessages(message);
  await sender.close();
};
const aMessage = (body: unknown, changes: Partial<ServiceBusMessage> = {}): ServiceBusMessage => ({
  messageId: randomUUID(),
  body,
  ...changes,
});
const callsOf = (functionName: string, what: "begin" | "end" = "begin"): ReceivedCall[] =>
  receivedCalls(logged, functionName).filter((call) => call.what === what);
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 10 });

test("a message reaches its function as an object, with what the broker knows of it", async () => {
  const message = aMessage({ n: 1 }, { correlationId: "c-1", applicationProperties: { TenantId: "t" } });
  await send("plain", message);

  await until(() => expect(callsOf("onPlain", "end")).toHaveLength(1));
  const [call] = callsOf("onPlain");
  expect(call?.body).toEqual({ n: 1 });
  expect(call?.metadata).toMatchObject({
    messageId: message.messageId,
    correlationId: "c-1",
    deliveryCount: 1,
    applicationProperties: { tenantId: "t" },
  });
});

test("a field of the body poses as metadata, as it does in Azure", async () => {
  await send("plain", aMessage({ messageId: "posed", DeliveryCount: 42 }));

  await until(() => expect(callsOf("onPlain")).toHaveLength(1));
  expect(callsOf("onPlain")[0]?.metadata).toMatchObject({ messageId: "posed", deliveryCount: 42 });
});

test("a topic's message reaches the function of a subscription", async () => {
  await send("outcomes", aMessage("applied"));

  await until(() => expect(callsOf("onOutcome").map(({ body }) => body)).toEqual(["applied"]));
});

test("a message whose function fails comes again at once, then becomes a dead letter; that is read as bytes", async () => {
  await send("plain", aMessage({ fail: true }));

  await until(() => expect(callsOf("onDeadLetter", "end")).toHaveLength(1));
  expect(callsOf("onPlain").map(({ metadata }) => metadata?.["deliveryCount"])).toEqual([1, 2, 3]);
  const [letter] = callsOf("onDeadLetter");
  expect(letter?.body).toEqual({ bytes: '{"fail":true}' });
  expect(letter?.metadata?.["applicationProperties"]).toMatchObject({
    deadLetterReason: "MaxDeliveryCountExceeded",
  });
});

test("a body that is an AMQP value other than a text fails before its function is called", async () => {
  await send("brief", { bodyType: "value", body: { n: 1 }, properties: { messageId: randomUUID() } });

  const failures = (): LogEntry[] =>
    logged.filter(({ functionName, level }) => functionName === "onBrief" && level === "error");
  await until(() => expect(failures()).toHaveLength(3));
  expect(failures()[0]?.message).toContain("it is an AMQP value section without a text; send bytes");
  expect(callsOf("onBrief")).toEqual([]);
});

test("messages without a session run side by side, as many as host.json says", async () => {
  const bodies = [1, 2, 3, 4, 5].map((n) => ({ n, hold: "side by side" }));
  await send("plain", ...bodies.map((body) => aMessage(body)));

  await until(() => expect(callsOf("onPlain")).toHaveLength(4));
  gate.emit("side by side");
  await until(() => expect(callsOf("onPlain")).toHaveLength(5));
  gate.emit("side by side");
  await until(() => expect(callsOf("onPlain", "end")).toHaveLength(5));
});

test("a lock is renewed while its function runs", async () => {
  const sentMs = Date.now();
  await send("brief", aMessage({ hold: "long" }));
  await until(() => expect(callsOf("onBrief")).toHaveLength(1));

  await until(() => expect(Date.now() - sentMs).toBeGreaterThan(2.5 * LOCK_MS));
  gate.emit("long");

  await until(() => expect(callsOf("onBrief", "end")).toHaveLength(1));
  await until(() => expect(host.idle()).toBe(true));
  expect(callsOf("onBrief")).toHaveLength(1);
});

test("a session's messages run one after the other, sessions side by side; a quiet one makes room", async () => {
  const lanes = ["a", "b", "c", "d", "e"];
  const messages = lanes.flatMap((sessionId) =>
    [1, 2, 3].map((n) => aMessage(`${sessionId}${n}`, { sessionId })),
  );
  await send("lanes", ...messages);

  await until(() => expect(callsOf("onLane", "end")).toHaveLength(15));
  for (const lane of lanes) {
    const steps = receivedCalls(logged, "onLane").filter(({ body }) => String(body).startsWith(lane));
    expect(steps.map(({ what, body }) => `${what} ${String(body)}`)).toEqual(
      [1, 2, 3].flatMap((n) => [`begin ${lane}${n}`, `end ${lane}${n}`]),
    );
  }
});

test("at most as many sessions as host.json says are served at a time", async () => {
  const sessions = ["1", "2", "3", "4"].map((sessionId) => aMessage({ hold: "sessions" }, { sessionId }));
  await send("lanes", ...sessions);

  await until(() => expect(callsOf("onLane")).toHaveLength(3));
  gate.emit("sessions");
  await until(() => expect(callsOf("onLane")).toHaveLength(4));
  expect(callsOf("onLane", "end")).toHaveLength(3);
  gate.emit("sessions");
  await until(() => expect(callsOf("onLane", "end")).toHaveLength(4));
});

test("a session's message that fails blocks the next one until it is a dead letter", async () => {
  await send("lanes", aMessage({ fail: true }, { sessionId: "s" }), aMessage("next", { sessionId: "s" }));

  await until(() => expect(callsOf("onLane", "end")).toHaveLength(1));
  expect(callsOf("onLane").map(({ body, metadata }) => [body, metadata?.["deliveryCount"]])).toEqual([
    [{ fail: true }, 1],
    [{ fail: true }, 2],
    [{ fail: true }, 3],
    ["next", 1],
  ]);
});

test("an entity that is not there is told of once, and the other functions go on", async () => {
  const told = (): LogEntry[] =>
    logged.filter(({ message }) => message.includes('Cannot receive from "missing"'));
  await until(() => expect(told()).toHaveLength(1));
  await send("plain", aMessage("fine"));

  await until(() => expect(callsOf("onPlain", "end")).toHaveLength(1));
  expect(told()).toHaveLength(1);
});

test("the functions receive again when the broker was away", async () => {
  await send("plain", aMessage("before"));
  await send("lanes", aMessage("before", { sessionId: "s" }));
  await until(() => expect([...callsOf("onPlain", "end"), ...callsOf("onLane", "end")]).toHaveLength(2));

  // Before the broker: closing one that tries to connect again may take as long as an operation of the SDK
  await client.close();
  await broker.close();
  await until(() =>
    expect(logged.map(({ message }) => message).join("\n")).toContain('Cannot receive from "lanes"'),
  );
  broker = await startBroker({ port: broker.port, config });
  client = new ServiceBusClient(broker.connectionString);
  await send("plain", aMessage("after"));
  await send("lanes", aMessage("after", { sessionId: "s" }));

  await until(() => expect(callsOf("onPlain", "end").map(({ body }) => body)).toEqual(["before", "after"]));
  await until(() => expect(callsOf("onLane", "end").map(({ body }) => body)).toEqual(["before", "after"]));
}, 90_000);

const receiveOne = async (
  queue: string,
): Promise<{ body: unknown; deliveryCount: number | undefined } | undefined> => {
  const receiver = client.createReceiver(queue);
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1_000 });
  if (message !== undefined) await receiver.completeMessage(message);
  await receiver.close();
  const body: unknown = message?.body;
  return message === undefined ? undefined : { body, deliveryCount: message.deliveryCount };
};

test("a stop lets what is going on end, and settles it", async () => {
  await send("plain", aMessage({ hold: "stop" }));
  await until(() => expect(callsOf("onPlain")).toHaveLength(1));

  const closed = host.close();
  gate.emit("stop");
  await closed;

  expect(callsOf("onPlain", "end")).toHaveLength(1);
  expect(await receiveOne("plain")).toBeUndefined();
});

test("a stop gives back what does not end in time", async () => {
  await send("plain", aMessage({ hold: "never" }));
  await until(() => expect(callsOf("onPlain")).toHaveLength(1));

  await host.close();

  expect(await receiveOne("plain")).toEqual({ body: { hold: "never" }, deliveryCount: 1 });
  gate.emit("never");
});

const startChild = (): StartedProcess =>
  startProcess(new URL("fixture/startAndStop.ts", import.meta.url), [], {
    Bus: broker.connectionString,
    LANES: "lanes",
  });

test("a host that stopped leaves nothing running: its process ends by itself", async () => {
  await host.close();
  const child = startChild();
  try {
    await send("plain", aMessage("for the child"));
    await send("lanes", aMessage("for the child", { sessionId: "s" }));
    await until(() => expect(child.output().match(/"what":"end"/g)).toHaveLength(2));

    child.stop("SIGUSR2");

    expect(await child.ended).toBe(0);
    expect(child.output()).toContain("stopped\n");
  } finally {
    child.stop("SIGKILL");
  }
});

test("a host that stops while it connects leaves nothing running either", async () => {
  const child = startChild();
  try {
    await until(() => expect(child.output()).toContain("started\n"));

    child.stop("SIGUSR2");

    expect(await child.ended).toBe(0);
  } finally {
    child.stop("SIGKILL");
  }
});

test("a host whose broker is away stops in time", async () => {
  await host.close();
  await broker.close();
  host = await start();
  await until(() => expect(logged.map(({ message }) => message).join("\n")).toContain("ECONNREFUSED"));

  await host.close();

  broker = await startBroker({ port: broker.port, config });
  expect(
    logged.filter(({ message }) => message.includes("Cannot stop") || message.includes("disconnect")),
  ).toEqual([]);
});

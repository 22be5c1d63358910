import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { ServiceBusClient } from "@azure/service-bus";
import { expect, onTestFinished, test } from "vitest";

import { aBroker, aMessage } from "./namespace.ts";

const MAIN = fileURLToPath(new URL("../../../../local/broker/main.ts", import.meta.url));

interface Run {
  readonly output: () => string;
  readonly exitCode: Promise<unknown>;
  stop(): void;
}

const run = (...args: string[]): Run => {
  const child = spawn(process.execPath, [MAIN, ...args]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return {
    output: () => output,
    exitCode: once(child, "exit").then(([code]: unknown[]) => code),
    stop: () => void child.kill("SIGTERM"),
  };
};

test("main runs until it is told to stop, also while a client is connected", async () => {
  const broker = run("--port", "0");
  await expect.poll(broker.output, { timeout: 10_000 }).toMatch(/^Service Bus on port \d+: .*\n$/);
  const connectionString = broker
    .output()
    .replace(/^.*ServiceBusConnection=/s, "")
    .trim();
  const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
  onTestFinished(() => client.close());
  await client.createSender("license-updates-poison").sendMessages(aMessage(1));
  broker.stop();
  expect(await broker.exitCode).toBe(0);
});

test.each([
  [["--port", "many"], /LOCAL_SERVICE_BUS_PORT="many": not a port/],
  [["--config", "/nowhere.json"], /^Cannot read \/nowhere.json: ENOENT[^\n]*\n$/],
  [["--prot", "1"], /Unknown option '--prot'/],
])("main says in a line what is wrong with %s", async (args, message) => {
  const broker = run(...args);
  expect(await broker.exitCode).toBe(1);
  expect(broker.output()).toMatch(message);
  expect(broker.output()).not.toContain("    at ");
});

test("main says which port is taken", async () => {
  const { port } = await aBroker({});
  const broker = run("--port", String(port));
  expect(await broker.exitCode).toBe(1);
  expect(broker.output()).toBe(
    `Cannot start Service Bus: port ${port} is taken; set LOCAL_SERVICE_BUS_PORT to a free port\n`,
  );
});

test("main explains itself", async () => {
  const broker = run("--help");
  expect(await broker.exitCode).toBe(0);
  expect(broker.output()).toContain("node local/broker/main.ts [--port <port>] [--config <file>]");
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { readBrokerConfig } from "../../local/broker/loadConfig.ts";
import { startBroker, type Broker } from "../../local/broker/startBroker.ts";
import { QueueError } from "../../shared/message/errors.ts";
import { makeSender, type Sender } from "../../shared/message/sender.ts";
import { toRequestMessage } from "../../shared/message/toMessage.ts";
import { aRequest } from "../support/builders.ts";

const config = readBrokerConfig({
  UserConfig: {
    Namespaces: [
      {
        Name: "sbemulatorns",
        Queues: [{ Name: "q", Properties: { RequiresSession: true, RequiresDuplicateDetection: true } }],
        Topics: [],
      },
    ],
  },
});

let broker: Broker;
let sender: Sender;
beforeEach(async () => {
  broker = await startBroker({ port: 0, config, maxEntityBytes: 300_000 });
  sender = makeSender({ kind: "connectionString", connectionString: broker.connectionString });
});
afterEach(async () => {
  await sender.close();
  await broker.close();
});

const message = (requestId = "request-1") => toRequestMessage(aRequest({ requestId }), 4);

const codeOf = async (sending: Promise<void>): Promise<string> => {
  try {
    await sending;
    return "sent";
  } catch (error) {
    return error instanceof QueueError ? error.code : String(error);
  }
};

describe("makeSender()", () => {
  test("sends once what is sent twice under one id", async () => {
    await sender.send("q", message());
    await sender.send("q", message());
    expect(broker.counts("q").active).toBe(1);
  });

  test("calls an entity that is not there missing", async () => {
    expect(await codeOf(sender.send("nowhere", message()))).toBe("missing");
    expect(await codeOf(sender.check("nowhere"))).toBe("missing");
  });

  test.each([
    ["com.microsoft:server-busy", "busy"],
    ["amqp:resource-limit-exceeded", "full"],
    ["amqp:unauthorized-access", "unauthorized"],
    ["com.microsoft:entity-disabled", "missing"],
    ["com.microsoft:timeout", "unsure"],
  ])("calls %s %s", async (condition, code) => {
    broker.faults.rejectSends("q", condition, 100);
    expect(await codeOf(sender.send("q", message()))).toBe(code);
  });

  test("bears two refusals that pass", async () => {
    broker.faults.rejectSends("q", "com.microsoft:server-busy", 2);
    expect(await codeOf(sender.send("q", message()))).toBe("sent");
  });

  test("calls a message too large, and a queue full, what they are", async () => {
    const big = (bytes: number) => ({ ...message(`big-${bytes}`), body: Buffer.alloc(bytes) });
    expect(await codeOf(sender.send("q", big(300_000)))).toBe("tooLarge");
    expect(await codeOf(sender.send("q", big(200_000)))).toBe("sent");
    expect(await codeOf(sender.send("q", big(200_001)))).toBe("full");
  });

  test("calls a broker that does not listen unreachable, and finds it when it is there", async () => {
    const { port } = broker;
    await broker.close();
    expect(await codeOf(sender.send("q", message()))).toBe("unreachable");
    broker = await startBroker({ port, config });
    expect(await codeOf(sender.check("q"))).toBe("sent");
  });

  test("sends again after the broker was gone for a while", async () => {
    await sender.send("q", message());
    const { port } = broker;
    await broker.close();
    broker = await startBroker({ port, config });
    expect(await codeOf(sender.send("q", message("request-2")))).toBe("sent");
  });
});

import { setTimeout as sleep } from "node:timers/promises";

import { ServiceBusClient, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { Agent } from "undici";
import { z } from "zod";

import { createToken } from "../../local/partner-center/token.ts";

/** How others drain a queue; what the relay is compared to. */
export type Strategy = "one after another" | "abandon" | "copies";

export interface Consumer {
  readonly calls: () => number;
  readonly throttled: () => number;
  readonly close: () => Promise<void>;
}

const Body = z.object({
  requestId: z.string(),
  customerId: z.string(),
  userId: z.string(),
  licensesToAssign: z.array(z.looseObject({ skuId: z.string() })),
});

const CONCURRENCY = 20;
const COPY_BASE_MS = 1000;
const COPY_MAX_MS = 60_000;

/** Consumes the plain queue "drain" by one strategy. */
export const startConsumer = (
  strategy: Strategy,
  connectionString: string,
  partnerCenterUrl: string,
): Consumer => {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver("drain");
  const sender = client.createSender("drain");
  const agent = new Agent({ connections: CONCURRENCY * 2 });
  const token = createToken({ lifetimeSeconds: 24 * 60 * 60 });
  let calls = 0;
  let throttled = 0;

  const call = async (
    message: ServiceBusReceivedMessage,
  ): Promise<{ status: number; retryAfterMs: number }> => {
    const { customerId, userId, licensesToAssign } = Body.parse(message.body);
    calls += 1;
    const { statusCode, headers, body } = await agent.request({
      origin: partnerCenterUrl,
      path: `/v1/customers/${customerId}/users/${userId}/licenseupdates`,
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ licensesToAssign, licensesToRemove: null }),
    });
    await body.dump();
    if (statusCode === 429) throttled += 1;
    return { status: statusCode, retryAfterMs: Number(headers["retry-after"] ?? 1) * 1000 };
  };

  const copy = async (message: ServiceBusReceivedMessage): Promise<void> => {
    const tries = Number(message.applicationProperties?.["tries"] ?? 0);
    const waitMs = Math.min(COPY_MAX_MS, COPY_BASE_MS * 2 ** tries) * (0.5 + Math.random());
    await sender.scheduleMessages(
      {
        body: message.body as unknown,
        messageId: `${String(message.messageId)}~${tries + 1}`,
        applicationProperties: { tries: tries + 1 },
      },
      new Date(Date.now() + waitMs),
    );
  };

  const processMessage = async (message: ServiceBusReceivedMessage): Promise<void> => {
    for (;;) {
      const { status, retryAfterMs } = await call(message);
      if (status !== 429) break;
      if (strategy === "abandon") {
        await receiver.abandonMessage(message);
        return;
      }
      if (strategy === "copies") {
        await copy(message);
        break;
      }
      await sleep(retryAfterMs);
    }
    await receiver.completeMessage(message);
  };

  receiver.subscribe(
    { processMessage, processError: () => Promise.resolve() },
    { autoCompleteMessages: false, maxConcurrentCalls: strategy === "one after another" ? 1 : CONCURRENCY },
  );
  return {
    calls: () => calls,
    throttled: () => throttled,
    close: async () => {
      await client.close();
      await agent.close();
    },
  };
};

/** How many messages the broker gave up on. */
export const countDead = async (connectionString: string): Promise<number> => {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver("drain", {
    subQueueType: "deadLetter",
    receiveMode: "receiveAndDelete",
  });
  let dead = 0;
  for (;;) {
    const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 500 });
    if (messages.length === 0) break;
    dead += messages.length;
  }
  await client.close();
  return dead;
};

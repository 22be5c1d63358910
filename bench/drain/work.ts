import { ServiceBusClient } from "@azure/service-bus";

import { customerIdAt, userIdAt } from "../../local/partner-center/largeWorld.ts";
import { skus } from "../../local/partner-center/seed.ts";
import { laneOf } from "../../shared/request/lane.ts";

/** One update of the load: each is for a user of its own. */
export const updateAt = (index: number, customers: number) => {
  const customer = index % customers;
  return {
    requestId: `drain-${index}`,
    customerId: customerIdAt(customer),
    userId: userIdAt(customer, Math.floor(index / customers)),
    // Plans are mentioned: one call each, for all who are compared
    licensesToAssign: [{ skuId: skus.ems, excludedPlans: null }],
  };
};
export type Update = ReturnType<typeof updateAt>;

const BATCH = 200;

/** Puts all updates on a queue, in order. */
export const enqueueAll = async (
  connectionString: string,
  queue: string,
  updates: readonly Update[],
): Promise<void> => {
  const client = new ServiceBusClient(connectionString);
  const sender = client.createSender(queue);
  for (let start = 0; start < updates.length; start += BATCH) {
    const messages = updates.slice(start, start + BATCH).map((body) => ({
      body,
      messageId: body.requestId,
      sessionId: laneOf(body, 4),
      contentType: "application/json",
    }));
    await sender.sendMessages(messages);
  }
  await client.close();
};

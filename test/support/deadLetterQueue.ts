import type { DeadLetter } from "../../shared/message/deadLetter.ts";
import type { DeadLetterQueue, DeadLetterQueueName } from "../../shared/message/deadLetterQueues.ts";
import { QueueError } from "../../shared/message/errors.ts";

export const aDeadLetter = (fields: Partial<DeadLetter> = {}): DeadLetter => ({
  queue: "license-updates",
  sequenceNumber: "7",
  enqueuedAt: "2026-01-01T00:00:00.000Z",
  body: Buffer.from("not JSON"),
  bodyType: "data",
  isCopy: false,
  messageId: "m-7",
  reason: "TTLExpiredException",
  description: "too late",
  properties: { team: "blue" },
  deliveryCount: 11,
  ...fields,
});

/** A dead-letter queue in memory, which hands the first out first and one that is locked to nobody. */
export const aDeadLetterQueue = (name: DeadLetterQueueName, letters: readonly DeadLetter[]) => {
  const there = [...letters];
  const locked = new Set<DeadLetter>();
  const state = { completes: true, reads: true, received: 0, calls: 0, most: Infinity };
  const queue: DeadLetterQueue = {
    name,
    receive: (max) => {
      state.calls += 1;
      if (!state.reads) return Promise.reject(new QueueError("unauthorized", "access is denied"));
      const batch = there.filter((letter) => !locked.has(letter)).slice(0, Math.min(max, state.most));
      for (const letter of batch) locked.add(letter);
      state.received += batch.length;
      return Promise.resolve(
        batch.map((letter) => ({
          letter,
          complete: () => {
            if (!state.completes) return Promise.reject(new Error("the lock is lost"));
            there.splice(there.indexOf(letter), 1);
            locked.delete(letter);
            return Promise.resolve();
          },
          giveBack: () => {
            locked.delete(letter);
            return Promise.resolve();
          },
        })),
      );
    },
  };
  return {
    queue,
    there,
    locked,
    count: state,
    completes: (works: boolean) => {
      state.completes = works;
    },
    reads: (works: boolean) => {
      state.reads = works;
    },
  };
};

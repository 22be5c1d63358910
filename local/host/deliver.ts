import type { ServiceBusReceivedMessage } from "@azure/service-bus";

import { describeError, type Log } from "./hostLog.ts";
import type { Work } from "./work.ts";

/** Settles messages: a receiver of the SDK. */
interface Settler {
  completeMessage(message: ServiceBusReceivedMessage): Promise<void>;
  abandonMessage(message: ServiceBusReceivedMessage): Promise<unknown>;
}

export interface DelivererOptions {
  readonly functionName: string;
  readonly autoComplete: boolean;
  /** Calls the function; rejects when it fails. */
  readonly call: (message: ServiceBusReceivedMessage) => Promise<unknown>;
  readonly work: Work;
  readonly log: Log;
}

export interface Deliverer {
  /** Calls the function and settles the message by the outcome. Never rejects. */
  deliver(message: ServiceBusReceivedMessage, settler: Settler): Promise<void>;
  /** Gives a message back without a call. Never rejects. */
  giveBack(message: ServiceBusReceivedMessage, settler: Settler): Promise<void>;
  /** Gives back what is still with the function; how that call ends no longer counts. */
  giveBackAll(): Promise<void>;
}

/** Messages to a function: it resolves → complete, it rejects → abandon at once. */
export const createDeliverer = ({
  functionName,
  autoComplete,
  call,
  work,
  log,
}: DelivererOptions): Deliverer => {
  const open = new Map<ServiceBusReceivedMessage, Settler>();

  const settle = async (
    message: ServiceBusReceivedMessage,
    settler: Settler,
    end: "complete" | "abandon",
  ): Promise<void> => {
    try {
      await (end === "complete" ? settler.completeMessage(message) : settler.abandonMessage(message));
    } catch (error) {
      const id = String(message.messageId);
      log("warning", "system", `Cannot ${end} message "${id}": ${describeError(error)}; it comes again`, {
        functionName,
      });
    }
  };

  const run = async (message: ServiceBusReceivedMessage): Promise<"complete" | "abandon" | "leave"> => {
    try {
      await call(message);
      return autoComplete ? "complete" : "leave";
    } catch {
      return "abandon";
    }
  };

  return {
    deliver: (message, settler) =>
      work.run(async () => {
        open.set(message, settler);
        const end = await run(message);
        // Given back in the meantime: it is no longer ours to settle
        if (open.delete(message) && end !== "leave") await settle(message, settler, end);
      }),
    giveBack: (message, settler) => settle(message, settler, "abandon"),
    giveBackAll: async () => {
      const left = [...open];
      open.clear();
      await Promise.all(left.map(([message, settler]) => settle(message, settler, "abandon")));
    },
  };
};

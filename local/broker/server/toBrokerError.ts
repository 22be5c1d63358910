import { BrokerError } from "../entity/brokerError.ts";

/** Whatever went wrong with what a client sent, as an answer to it. */
export const toBrokerError = (error: unknown): BrokerError => {
  if (error instanceof BrokerError) return error;
  if (error instanceof RangeError) return new BrokerError("amqp:decode-error", error.message);
  const why = error instanceof Error ? error.message : String(error);
  return new BrokerError("amqp:internal-error", `The local Service Bus failed: ${why}`);
};

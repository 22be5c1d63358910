import { BrokerError } from "./entity/brokerError.ts";

/** Makes sends fail on demand. */
export class SendFaults {
  readonly #faults = new Map<string, { readonly condition: string; left: number }>();

  /** The next `times` sends to the entity (a batch is one) are rejected with that AMQP condition. */
  rejectSends(entityPath: string, condition: string, times: number): void {
    this.#faults.set(entityPath.toLowerCase(), { condition, left: times });
  }

  clear(): void {
    this.#faults.clear();
  }

  /** @throws {BrokerError} when a send to the entity shall fail */
  check(entityPath: string): void {
    const fault = this.#faults.get(entityPath.toLowerCase());
    if (fault === undefined || fault.left <= 0) return;
    fault.left -= 1;
    throw new BrokerError(
      fault.condition,
      `The local Service Bus was told to reject sends to '${entityPath}'.`,
    );
  }
}

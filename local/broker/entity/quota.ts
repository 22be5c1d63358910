import { quotaExceeded } from "./brokerError.ts";

/** How many bytes an entity holds, with everything below it, and how many it may hold. */
export class Quota {
  readonly #path: string;
  readonly #maxBytes: number;
  #usedBytes = 0;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  /** @throws {BrokerError} when that much more does not fit */
  check(bytes: number): void {
    if (this.#usedBytes + bytes > this.#maxBytes)
      throw quotaExceeded(this.#path, this.#usedBytes, this.#maxBytes);
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}

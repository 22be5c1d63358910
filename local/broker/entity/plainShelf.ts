import { Heap } from "../heap.ts";
import type { HandOut, Receiver, Shelf, Stored } from "./shelf.ts";

/** Any receiver gets any message; those with room take turns. */
export class PlainShelf implements Shelf {
  readonly #handOut: HandOut;
  readonly #ready = new Heap<Stored>();
  readonly #hungry = new Set<Receiver>();

  constructor(handOut: HandOut) {
    this.#handOut = handOut;
  }

  join(): void {
    // Only sessions count their messages
  }

  put(stored: Stored): void {
    stored.node = this.#ready.push(stored.message.sequenceNumber, stored);
  }

  take(stored: Stored): void {
    if (stored.node !== undefined) this.#ready.remove(stored.node);
    stored.node = undefined;
  }

  part(stored: Stored): void {
    this.take(stored);
  }

  serve(): void {
    for (const receiver of this.#hungry) {
      const next = this.#ready.first()?.value;
      if (next === undefined) return;
      this.#hungry.delete(receiver);
      if (!receiver.hasRoom()) continue;
      this.take(next);
      this.#handOut(next, receiver);
      // At the end of the line; the loop comes to it again
      this.#hungry.add(receiver);
    }
  }

  wake(receiver: Receiver): void {
    this.#hungry.add(receiver);
    this.serve();
  }

  leave(receiver: Receiver): void {
    this.#hungry.delete(receiver);
  }
}

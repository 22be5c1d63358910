import { matches, type Filter } from "../filter/filter.ts";
import { toFilterable } from "../message/toFilterable.ts";
import type { Arrival } from "./message.ts";

export interface Subscription {
  readonly filter: Filter;
  readonly admit: (arrival: Arrival) => void;
}

/** Gives every subscription that wants the message one of its own. */
export const fanOut =
  (subscriptions: readonly Subscription[], nextSequenceNumber: () => number) =>
  (arrival: Arrival): void => {
    const message = toFilterable(arrival);
    const enqueuedSequenceNumber = arrival.enqueuedSequenceNumber ?? nextSequenceNumber();
    for (const { filter, admit } of subscriptions)
      if (matches(filter, message)) admit({ ...arrival, enqueuedSequenceNumber });
  };

import type { HeapNode } from "../heap.ts";
import type { BrokerError } from "./brokerError.ts";
import type { Message } from "./message.ts";

/** A message that is one receiver's for a while. */
export interface Lock {
  /** A GUID as 32 hexadecimal digits. */
  readonly token: string;
  readonly untilMs: number;
}

/** Who takes messages from a queue: a link of a client. */
export interface Receiver {
  /** The name by which the client's management requests speak of it. */
  readonly name: string;
  readonly mode: "peekLock" | "receiveAndDelete";
  /** Whether it takes one more message now. */
  hasRoom(): boolean;
  /** Without a lock in the mode receiveAndDelete: the message is gone from the queue. */
  deliver(message: Message, lock: Lock | undefined): void;
  /** Its session is no longer its own. */
  lose(error: BrokerError): void;
}

/** A message as a queue keeps it. */
export interface Stored {
  message: Message;
  /** Set while it waits on a shelf for a receiver. */
  node?: HeapNode<Stored> | undefined;
  lockToken?: string | undefined;
  cancelExpiry?: (() => void) | undefined;
}

/** Locks a message for a receiver, or deletes it, and delivers it; does neither when it has expired. */
export type HandOut = (stored: Stored, receiver: Receiver) => void;

/** Where the messages that nobody has wait, lowest sequence number first, and who is waiting for them. */
export interface Shelf {
  /** A message joins the queue. */
  join(stored: Stored): void;
  /** A message is ready to be delivered; serve() delivers it. */
  put(stored: Stored): void;
  /** A message is no longer ready to be delivered. */
  take(stored: Stored): void;
  /** A message leaves the queue for good. */
  part(stored: Stored): void;
  /** Delivers what can be delivered. */
  serve(): void;
  /** The receiver has room again. */
  wake(receiver: Receiver): void;
  /** The receiver goes away. */
  leave(receiver: Receiver): void;
}

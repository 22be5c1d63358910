import type { AmqpValue } from "../amqp/decode.ts";
import type { Sections } from "../amqp/sections.ts";

/** What a sender gave; it never changes. */
export interface Content {
  readonly sections: Sections;
  /** The values of the properties section, in the order of the AMQP standard. */
  readonly properties: readonly (AmqpValue | undefined)[];
  /** Bytes of the whole message as it was sent. */
  readonly sizeBytes: number;
  readonly messageId: string | undefined;
  readonly sessionId: string | undefined;
  readonly ttlMs: number | undefined;
  readonly scheduledAtMs: number | undefined;
}

/** A message on its way into an entity. */
export interface Arrival {
  readonly content: Content;
  /** Application properties that receivers or the broker added. */
  readonly added: ReadonlyMap<string, unknown>;
  /** The number it got where it was first sent, when it comes from another entity. */
  readonly enqueuedSequenceNumber?: number;
  /** Where it was dead-lettered, when it was forwarded from there. */
  readonly deadLetterSource?: string;
}

export const arrivalOf = (content: Content): Arrival => ({ content, added: new Map() });

/** A message in an entity. */
export interface Message extends Arrival {
  readonly sequenceNumber: number;
  readonly enqueuedAtMs: number;
  /** Undefined when it never expires. */
  readonly ttlMs: number | undefined;
  readonly deliveryCount: number;
  readonly state: "active" | "deferred" | "scheduled";
}

export const expiresAtMs = ({ enqueuedAtMs, ttlMs }: Message): number => enqueuedAtMs + (ttlMs ?? Infinity);

/** What a receiver does with a message it has locked. */
export type Settlement =
  | { readonly kind: "complete" }
  | { readonly kind: "abandon" | "defer"; readonly added: ReadonlyMap<string, unknown> }
  | {
      readonly kind: "deadLetter";
      readonly reason: string | undefined;
      readonly description: string | undefined;
      readonly added: ReadonlyMap<string, unknown>;
    }
  /** Gives it back as if it had never been delivered. */
  | { readonly kind: "release" };

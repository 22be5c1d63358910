import type { ServiceBusMessage } from "@azure/service-bus";

import { CLOUD_EVENT } from "../../message/event.ts";
import { replayMessageId, type PoisonKey } from "../../message/poisonMessage.ts";
import { callbackMessageId, type CallbackKey } from "./callback.ts";

/** An event that a ticketing system did not take → its next try on ticket-callbacks, at a time. */
export const toCallbackMessage = (body: Uint8Array, key: CallbackKey, atMs: number): ServiceBusMessage => ({
  messageId: callbackMessageId(key),
  contentType: CLOUD_EVENT,
  subject: "ticket-callback",
  body: Buffer.from(body),
  scheduledEnqueueTimeUtc: new Date(atMs),
});

/** An event that could not be told, to be told again now by an operator's word → the message on ticket-callbacks. */
export const toCallbackReplay = (key: PoisonKey, body: Uint8Array): ServiceBusMessage => ({
  messageId: replayMessageId(key),
  contentType: CLOUD_EVENT,
  subject: "ticket-callback",
  body: Buffer.from(body),
});

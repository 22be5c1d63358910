import { z } from "zod";

import type { Delivery } from "../outcome/delivery.ts";
import { present } from "../present.ts";
import { readForeign } from "../request/readForeign.ts";

// The host runs JSON.parse over every text of the metadata: a message id of digits arrives as a number
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((value) => String(value).toWellFormed())
  .optional()
  .catch(undefined);

const Metadata = z.object({
  messageId: text,
  sessionId: text,
  contentType: text,
  deliveryCount: z.number().int().min(1).catch(1),
  applicationProperties: z
    .object({ deadLetterReason: text, deadLetterErrorDescription: text })
    .catch({ deadLetterReason: undefined, deadLetterErrorDescription: undefined }),
});

const NO_METADATA: z.output<typeof Metadata> = {
  deliveryCount: 1,
  applicationProperties: {},
};

const toBytes = (message: unknown): Uint8Array => {
  if (message instanceof Uint8Array) return message;
  // Only a host that ignores dataType "binary" gets here; the text is then as near to the bytes as can be had
  return Buffer.from(typeof message === "string" ? message : toJson(message), "utf8");
};

/** An empty text for what cannot be written as JSON: too deep, or no value of JSON. */
const toJson = (message: unknown): string => {
  try {
    return JSON.stringify(message) ?? "";
  } catch {
    return "";
  }
};

/** What a Service Bus trigger hands over → one delivery. Never throws. */
export const fromTrigger = (message: unknown, triggerMetadata: unknown): Delivery => {
  const read = readForeign(Metadata, triggerMetadata);
  const { messageId, sessionId, contentType, deliveryCount, applicationProperties } = read.ok
    ? read.value
    : NO_METADATA;
  const { deadLetterReason, deadLetterErrorDescription } = applicationProperties;
  return {
    body: toBytes(message),
    deliveryCount,
    ...present({
      messageId,
      sessionId,
      contentType,
      deadLetterReason,
      deadLetterDescription: deadLetterErrorDescription,
    }),
  };
};

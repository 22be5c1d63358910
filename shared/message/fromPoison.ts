import { z } from "zod";

import { PoisonKind, type Refusal } from "../ledger/entry/entry.ts";
import { RUN_MAX, type Failure } from "../ledger/entry/poison.ts";
import { brokerCauseOf } from "../outcome/brokerCauses.ts";
import { present } from "../present.ts";
import { readForeign } from "../request/readForeign.ts";
import { fromTrigger } from "./fromTrigger.ts";
import { fromOriginalProperties } from "./originalProperties.ts";
import { BODY_IN_LEDGER, keyOfMessage } from "./poisonMessage.ts";

// The host runs JSON.parse over every text of the metadata: an id of digits arrives as a number
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((value) => String(value).toWellFormed())
  .optional()
  .catch(undefined);
const number = z.int().min(0).optional().catch(undefined);

/** The properties of a poison message, as poisonMessage.ts writes them; the host lowers the first letter. */
const Properties = z.object({
  poisonId: z
    .string()
    .regex(/^(?!\.{1,2}$)~?[A-Za-z0-9._:-]{1,100}$/)
    .optional()
    .catch(undefined),
  kind: PoisonKind.optional().catch(undefined),
  requestId: text,
  run: z.int().min(0).max(RUN_MAX).optional().catch(undefined),
  category: z
    .string()
    .regex(/^[a-z0-9-]{1,60}$/)
    .optional()
    .catch(undefined),
  owner: z.enum(["customer", "partner admin", "operator", "Microsoft"]).optional().catch(undefined),
  meaning: text,
  remedy: text,
  status: number,
  code: number,
  description: text,
  attempts: number,
  msRequestId: text,
  msCorrelationId: text,
  msCv: text,
  msServerId: text,
  originalMessageId: text,
  originalSessionId: text,
  originalContentType: text,
  originalBodyType: text,
  originalProperties: z.unknown().transform(fromOriginalProperties).optional(),
  bodyAt: text,
  deliveryCount: number,
  brokerReason: text,
  brokerDescription: text,
  capturedAt: z.iso.datetime().optional().catch(undefined),
  deadLetterReason: text,
  deadLetterErrorDescription: text,
});
type Properties = z.infer<typeof Properties>;

const Metadata = z.object({ applicationProperties: Properties });
const NO_PROPERTIES: Properties = {};

const readProperties = (triggerMetadata: unknown): Properties => {
  const read = readForeign(Metadata, triggerMetadata);
  return read.ok ? read.value.applicationProperties : NO_PROPERTIES;
};

const toRefusal = (properties: Properties, now: string): Refusal => {
  const { capturedAt, msRequestId, msCorrelationId, msCv, msServerId } = properties;
  // A message that another program put on the poison queue says less
  const cause = brokerCauseOf(properties.deadLetterReason);
  const ids =
    msRequestId === undefined || msCorrelationId === undefined
      ? undefined
      : { msRequestId, correlationId: msCorrelationId, ...present({ msCv, serverId: msServerId }) };
  return {
    at: capturedAt ?? now,
    category: properties.category ?? cause.category,
    owner: properties.owner ?? cause.owner,
    meaning: properties.meaning ?? cause.meaning,
    remedy: properties.remedy ?? cause.remedy,
    attempts: properties.attempts ?? 0,
    ...present({
      status: properties.status,
      code: properties.code,
      description: properties.description ?? properties.deadLetterErrorDescription,
      partnerCenter: ids,
    }),
  };
};

/**
 * A message of the poison queue → what is to be filed. Never throws.
 * @param now ISO 8601, for a message that does not say when it was captured
 */
export const fromPoison = (message: unknown, triggerMetadata: unknown, now: string): Failure => {
  const delivery = fromTrigger(message, triggerMetadata);
  const properties = readProperties(triggerMetadata);
  const key = keyOfMessage(delivery);
  return {
    id: properties.poisonId ?? key.id,
    kind: properties.kind ?? "update",
    run: properties.run ?? key.run,
    refusal: toRefusal(properties, now),
    original: {
      deliveryCount: properties.deliveryCount ?? delivery.deliveryCount,
      ...present({
        messageId: properties.originalMessageId ?? delivery.messageId,
        sessionId: properties.originalSessionId,
        contentType: properties.originalContentType ?? delivery.contentType,
        brokerReason: properties.brokerReason,
        brokerDescription: properties.brokerDescription,
        bodyType: properties.originalBodyType,
        properties: properties.originalProperties,
      }),
    },
    ...(properties.bodyAt === BODY_IN_LEDGER && delivery.body.length === 0 ? {} : { body: delivery.body }),
  };
};

import type { Delivery } from "rhea";

import { splitBatch } from "../amqp/sections.ts";
import { BrokerError } from "../entity/brokerError.ts";
import type { Intake } from "../entity/intake.ts";
import { arrivalOf } from "../entity/message.ts";
import { readContent } from "../message/readContent.ts";
import { rejectDelivery } from "./rheaLinks.ts";
import { MAX_MESSAGE_BYTES, type ServerContext } from "./serverContext.ts";
import { toBrokerError } from "./toBrokerError.ts";

const BATCH_FORMAT = 0x8001_3700;

const tooLarge = (bytes: number): BrokerError =>
  new BrokerError(
    "amqp:link:message-size-exceeded",
    `The received message (size ${bytes}) exceeds the limit (${MAX_MESSAGE_BYTES}) currently allowed on the link.`,
  );

/** Takes what a client sends to an entity: a message, or a batch of them, which is taken or refused as a whole. */
export const receiveInto =
  (path: string, intake: Intake, { faults }: ServerContext) =>
  (bytes: Buffer, delivery: Delivery): void => {
    try {
      faults.check(path);
      if (bytes.length > MAX_MESSAGE_BYTES) throw tooLarge(bytes.length);
      const messages = delivery.format === BATCH_FORMAT ? splitBatch(bytes) : [bytes];
      intake.accept(messages.map((message) => arrivalOf(readContent(message))));
      delivery.accept();
    } catch (error) {
      rejectDelivery(delivery, toBrokerError(error));
    }
  };

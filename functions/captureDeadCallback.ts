import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, TICKET_CALLBACKS } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** A later try that the broker gave up on: becomes a poison message of kind callback. */
const captureDeadCallback = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.tickets.notify.capture(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: `${TICKET_CALLBACKS}/$DeadLetterQueue`,
  dataType: "binary",
};

functions.serviceBusQueue("captureDeadCallback", { ...trigger, handler: captureDeadCallback });

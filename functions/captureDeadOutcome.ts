import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_OUTCOMES, TICKETS } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** An outcome with a ticket that the broker gave up on: becomes a poison message of kind callback. */
const captureDeadOutcome = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.tickets.notify.capture(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = {
  connection: CONNECTION,
  topicName: LICENSE_OUTCOMES,
  subscriptionName: `${TICKETS}/$DeadLetterQueue`,
  dataType: "binary",
};

functions.serviceBusTopic("captureDeadOutcome", { ...trigger, handler: captureDeadOutcome });

import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, TICKET_CALLBACKS } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** A later try of an outcome: on a queue of its own, so that no other subscriber hears an outcome twice. */
const notifyTicketAgain = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.tickets.notify.tell(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: TICKET_CALLBACKS,
  dataType: "binary",
};

functions.serviceBusQueue("notifyTicketAgain", { ...trigger, handler: notifyTicketAgain });

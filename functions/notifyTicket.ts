import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_OUTCOMES, TICKETS } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** One outcome with a ticket: the ticketing system is told, or it comes again later. */
const notifyTicket = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.tickets.notify.tell(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = {
  connection: CONNECTION,
  topicName: LICENSE_OUTCOMES,
  subscriptionName: TICKETS,
  dataType: "binary",
};

functions.serviceBusTopic("notifyTicket", { ...trigger, handler: notifyTicket });

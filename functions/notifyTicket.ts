import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_OUTCOMES, TICKETS, TICKET_CALLBACKS } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** One outcome with a ticket: the ticketing system is told, or it comes again later. */
const notifyTicket = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.tickets.notify.tell(fromTrigger(message, context.triggerMetadata), logTo(context));
};

/** One that the broker gave up on: becomes a poison message of kind callback. */
const captureDeadCallback = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.tickets.notify.capture(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = { connection: CONNECTION, dataType: "binary" };
const outcomes = { ...trigger, topicName: LICENSE_OUTCOMES };
const DEAD = "/$DeadLetterQueue";

functions.serviceBusTopic("notifyTicket", { ...outcomes, subscriptionName: TICKETS, handler: notifyTicket });
// Later tries wait on a queue of their own, so that no other subscriber hears an outcome twice
functions.serviceBusQueue("notifyTicketAgain", {
  ...trigger,
  queueName: TICKET_CALLBACKS,
  handler: notifyTicket,
});
functions.serviceBusTopic("captureDeadOutcome", {
  ...outcomes,
  subscriptionName: `${TICKETS}${DEAD}`,
  handler: captureDeadCallback,
});
functions.serviceBusQueue("captureDeadCallback", {
  ...trigger,
  queueName: `${TICKET_CALLBACKS}${DEAD}`,
  handler: captureDeadCallback,
});

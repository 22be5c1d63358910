import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_UPDATES } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** One dead letter of license-updates: becomes a poison message, so that there is one place to look. */
const captureDeadLetter = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.changes.capture(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: `${LICENSE_UPDATES}/$DeadLetterQueue`,
  dataType: "binary",
};

functions.serviceBusQueue("captureDeadLetter", { ...trigger, handler: captureDeadLetter });

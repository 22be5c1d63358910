import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_UPDATES_POISON } from "../shared/message/entities.ts";
import { fromPoison } from "../shared/message/fromPoison.ts";

/** A poison message that could not be filed for long, or waited for too long: is filed from here, so nothing is lost. */
const fileDeadPoison = async (message: unknown, context: InvocationContext): Promise<void> => {
  const failure = fromPoison(message, context.triggerMetadata, new Date().toISOString());
  await app.poison.file(failure, logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: `${LICENSE_UPDATES_POISON}/$DeadLetterQueue`,
  dataType: "binary",
};

functions.serviceBusQueue("fileDeadPoison", { ...trigger, handler: fileDeadPoison });

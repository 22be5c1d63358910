import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_UPDATES_POISON } from "../shared/message/entities.ts";
import { fromPoison } from "../shared/message/fromPoison.ts";

/** One poison message: is filed in the ledger, where operators group, replay and discard it. */
const filePoison = async (message: unknown, context: InvocationContext): Promise<void> => {
  const failure = fromPoison(message, context.triggerMetadata, new Date().toISOString());
  await app.poison.file(failure, logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: LICENSE_UPDATES_POISON,
  dataType: "binary",
};

functions.serviceBusQueue("filePoison", { ...trigger, handler: filePoison });

import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_OPERATIONS } from "../shared/message/entities.ts";
import { fromOperation } from "../shared/message/fromOperation.ts";
import { strayOperation } from "../shared/message/strayOperation.ts";

/** One message of license-operations: goes on with an operation for a while; what is none of ours is filed as poison. */
const runOperation = async (message: unknown, context: InvocationContext): Promise<void> => {
  const operationId = fromOperation(message);
  if (operationId !== undefined && (await app.poison.operate(operationId, logTo(context)))) return;
  const stray = strayOperation(message, context.triggerMetadata, new Date().toISOString());
  await app.poison.file(stray, logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: LICENSE_OPERATIONS,
  // One session an operation: no two of its messages are worked on at once
  isSessionsEnabled: true,
  dataType: "binary",
};

functions.serviceBusQueue("runOperation", { ...trigger, handler: runOperation });

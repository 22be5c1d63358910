import { app as functions, type InvocationContext } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";
import { CONNECTION, LICENSE_UPDATES } from "../shared/message/entities.ts";
import { fromTrigger } from "../shared/message/fromTrigger.ts";

/** One message of license-updates: returns when its end is told, throws to give it back to its lane. */
const applyLicenseUpdate = async (message: unknown, context: InvocationContext): Promise<void> => {
  await app.changes.apply(fromTrigger(message, context.triggerMetadata), logTo(context));
};

const trigger = {
  connection: CONNECTION,
  queueName: LICENSE_UPDATES,
  isSessionsEnabled: true,
  // The bytes as they came: a poison message keeps them, and no field of the body can pose as metadata
  dataType: "binary",
};

functions.serviceBusQueue("applyLicenseUpdate", { ...trigger, handler: applyLicenseUpdate });

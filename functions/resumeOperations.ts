import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every minute: wakes operations whose message was lost. */
const resumeOperations: TimerHandler = async (_timer, context) => {
  await app.poison.manage.resume(logTo(context));
};

functions.timer("resumeOperations", { schedule: "30 * * * * *", handler: resumeOperations });

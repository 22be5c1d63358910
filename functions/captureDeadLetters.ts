import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every 15 seconds: what Service Bus gave up, whatever its body is, becomes a poison message. */
const captureDeadLetters: TimerHandler = async (_timer, context) => {
  await app.poison.deadLetters.capture(logTo(context));
};

functions.timer("captureDeadLetters", { schedule: app.schedules.deadLetters, handler: captureDeadLetters });
functions.hook.appTerminate(() => app.poison.deadLetters.close());

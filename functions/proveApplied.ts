import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every minute: looks whether changes that were applied a while ago are seen. */
const proveApplied: TimerHandler = async (_timer, context) => {
  await app.changes.prove(logTo(context));
};

functions.timer("proveApplied", { schedule: app.schedules.proofs, handler: proveApplied });

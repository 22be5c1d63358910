import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every ten minutes: removes from the ledger what ended longer ago than the retention. */
const cleanLedger: TimerHandler = async (_timer, context) => {
  await app.clean(logTo(context));
};

functions.timer("cleanLedger", { schedule: "0 */10 * * * *", handler: cleanLedger });

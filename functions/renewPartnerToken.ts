import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every five minutes: renews the partner access token when it is time, and tells of what is wrong with the tokens. */
const renewPartnerToken: TimerHandler = async (_timer, context) => {
  const log = logTo(context);
  await app.renew?.(log);
  await app.tellAlerts(log);
};

functions.timer("renewPartnerToken", { schedule: app.schedules.renewal, handler: renewPartnerToken });

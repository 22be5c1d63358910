import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every five minutes: renews the partner access token when it is time, and tells of what is wrong with the tokens. */
const renewPartnerToken: TimerHandler = async (_timer, context) => {
  await app.token.tend(logTo(context));
};

functions.timer("renewPartnerToken", { schedule: app.schedules.renewal, handler: renewPartnerToken });

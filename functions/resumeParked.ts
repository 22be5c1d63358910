import { app as functions, type TimerHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** Every minute: requests that wait for seats go on, in order, where there are some; those whose time is over end. */
const resumeParked: TimerHandler = async (_timer, context) => {
  await app.seats.resume(logTo(context));
};

functions.timer("resumeParked", { schedule: app.schedules.seats, handler: resumeParked });

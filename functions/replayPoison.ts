import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, readInput } from "../shared/http/answer.ts";
import { operatorName } from "../shared/http/operator.ts";
import { operationStarted } from "../shared/http/presentOperation.ts";
import { ReplayInput } from "../shared/poison/inputs.ts";

/** POST /api/poison/replay: starts an operation that sends poison messages again. */
const replayPoison = answering(async (request, log) => {
  const input = await readInput(request, ReplayInput);
  const operation = await app.poison.manage.start(
    "replay",
    input,
    operatorName(request, input, app.http.hasEasyAuth),
    log,
  );
  return operationStarted(operation, request.url);
});

functions.http("replayPoison", {
  methods: ["POST"],
  authLevel: "function",
  route: "poison/replay",
  handler: replayPoison,
});

import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, readInput } from "../shared/http/answer.ts";
import { operatorName } from "../shared/http/operator.ts";
import { operationStarted } from "../shared/http/presentOperation.ts";
import { ArchiveInput } from "../shared/poison/inputs.ts";

/** POST /api/poison/restore: starts an operation that takes poison messages out of the archive. */
const restorePoison = answering(async (request, log) => {
  const input = await readInput(request, ArchiveInput);
  const operation = await app.poison.manage.start(
    "restore",
    input,
    operatorName(request, input, app.http.hasEasyAuth),
    log,
  );
  return operationStarted(operation, request.url);
});

functions.http("restorePoison", {
  methods: ["POST"],
  authLevel: "function",
  route: "poison/restore",
  handler: restorePoison,
});

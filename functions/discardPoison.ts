import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, readInput } from "../shared/http/answer.ts";
import { operatorName } from "../shared/http/operator.ts";
import { operationStarted } from "../shared/http/presentOperation.ts";
import { ArchiveInput } from "../shared/poison/inputs.ts";

/** POST /api/poison/discard: starts an operation that archives poison messages. */
const discardPoison = answering(async (request, log) => {
  const input = await readInput(request, ArchiveInput);
  const operation = await app.poison.manage.start(
    "discard",
    input,
    operatorName(request, input, app.http.hasEasyAuth),
    log,
  );
  return operationStarted(operation, request.url);
});

functions.http("discardPoison", {
  methods: ["POST"],
  authLevel: "function",
  route: "poison/discard",
  handler: discardPoison,
});

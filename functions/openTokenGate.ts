import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readInput } from "../shared/http/answer.ts";
import { OpenGateInput } from "../shared/http/api/inputs.ts";
import { operatorName } from "../shared/http/operator.ts";
import { toGateView } from "../shared/http/presentGate.ts";

/** POST /api/token-gate/open: calls go out again with the token that was refused. */
const openTokenGate = answering(async (request, log) => {
  const by = operatorName(request, await readInput(request, OpenGateInput), app.http.hasEasyAuth);
  return ok(toGateView(await app.token.gate.open(by, log)));
});

functions.http("openTokenGate", {
  methods: ["POST"],
  authLevel: "function",
  route: "token-gate/open",
  handler: openTokenGate,
});

import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok } from "../shared/http/answer.ts";
import { toGateView } from "../shared/http/presentGate.ts";

/** GET /api/token-gate: whether calls wait because Partner Center refuses the token. */
const readTokenGate = answering(async () => ok(toGateView(await app.token.gate.read())));

functions.http("readTokenGate", {
  methods: ["GET"],
  authLevel: "function",
  route: "token-gate",
  handler: readTokenGate,
});

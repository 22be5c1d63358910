import { app as functions, type HttpHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { logTo } from "../shared/log.ts";

/** GET /api/health: 200 when every dependency can be used, else 503; a word or two for each. */
const health: HttpHandler = async (_request, context) => {
  const { status, checks } = await app.http.health(logTo(context));
  return {
    status: status === "unhealthy" ? 503 : 200,
    headers: { "cache-control": "no-store" },
    jsonBody: { status, checks, pace: app.http.pace.state() },
  };
};

functions.http("health", { methods: ["GET"], authLevel: "anonymous", route: "health", handler: health });

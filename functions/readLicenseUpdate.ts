import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, HttpProblem, ok, routeId } from "../shared/http/answer.ts";
import { linksOf } from "../shared/http/links.ts";
import { toStatusView } from "../shared/http/presentRequest.ts";

/** GET /api/license-updates/{requestId}: what became of a request. */
const readLicenseUpdate = answering(async (request) => {
  const requestId = routeId(request, "requestId");
  const found = await app.http.view.request(requestId);
  const view =
    found === undefined ? undefined : toStatusView(found.entry, found.history, linksOf(request.url));
  if (view === undefined) throw new HttpProblem(404, `The ledger has no request "${requestId}"`);
  return ok(view);
});

functions.http("readLicenseUpdate", {
  methods: ["GET"],
  authLevel: "function",
  route: "license-updates/{requestId}",
  handler: readLicenseUpdate,
});

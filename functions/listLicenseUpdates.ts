import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readQuery } from "../shared/http/answer.ts";
import { StatusQuery } from "../shared/http/api/inputs.ts";
import { linksOf } from "../shared/http/links.ts";
import { toStatusListView } from "../shared/http/presentRequest.ts";

/** GET /api/license-updates: requests of a customer, a ticket, a status or a cause, newest first. */
const listLicenseUpdates = answering(async (request, log) => {
  const page = await app.http.view.requests(readQuery(request, StatusQuery), log);
  return ok(toStatusListView(page, linksOf(request.url)));
});

functions.http("listLicenseUpdates", {
  methods: ["GET"],
  authLevel: "function",
  route: "license-updates",
  handler: listLicenseUpdates,
});

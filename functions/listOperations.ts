import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readQuery } from "../shared/http/answer.ts";
import { OperationsQuery } from "../shared/http/api/inputs.ts";
import { linksOf } from "../shared/http/links.ts";
import { toOperationListView } from "../shared/http/presentOperation.ts";

/** GET /api/operations: operations, newest first. */
const listOperations = answering(async (request) => {
  const page = await app.http.view.operations(readQuery(request, OperationsQuery));
  return ok(toOperationListView(page, linksOf(request.url)));
});

functions.http("listOperations", {
  methods: ["GET"],
  authLevel: "function",
  route: "operations",
  handler: listOperations,
});

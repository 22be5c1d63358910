import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, HttpProblem, ok, routeId } from "../shared/http/answer.ts";
import { linksOf } from "../shared/http/links.ts";
import { toOperationView } from "../shared/http/presentOperation.ts";

/** GET /api/operations/{id}: how far an operation has come. */
const readOperation = answering(async (request) => {
  const id = routeId(request, "id");
  const found = await app.http.view.operation(id);
  if (found === undefined) throw new HttpProblem(404, `The ledger has no operation "${id}"`);
  return ok(toOperationView(found.operation, found.unfinished, linksOf(request.url)));
});

functions.http("readOperation", {
  methods: ["GET"],
  authLevel: "function",
  route: "operations/{id}",
  handler: readOperation,
});

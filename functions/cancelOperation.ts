import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, HttpProblem, ok, readInput, routeId } from "../shared/http/answer.ts";
import { CancelInput } from "../shared/http/api/inputs.ts";
import { linksOf } from "../shared/http/links.ts";
import { operatorName } from "../shared/http/operator.ts";
import { toOperationView } from "../shared/http/presentOperation.ts";

/** POST /api/operations/{id}/cancel: what is under way is finished, nothing more is begun. */
const cancelOperation = answering(async (request) => {
  const id = routeId(request, "id");
  const by = operatorName(request, await readInput(request, CancelInput), app.http.hasEasyAuth);
  await app.poison.manage.cancel(id, by);
  const found = await app.http.view.operation(id);
  if (found === undefined) throw new HttpProblem(404, `The ledger has no operation "${id}"`);
  return ok(toOperationView(found.operation, found.unfinished, linksOf(request.url)));
});

functions.http("cancelOperation", {
  methods: ["POST"],
  authLevel: "function",
  route: "operations/{id}/cancel",
  handler: cancelOperation,
});

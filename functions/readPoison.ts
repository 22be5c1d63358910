import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, HttpProblem, ok, routeId } from "../shared/http/answer.ts";
import { linksOf } from "../shared/http/links.ts";
import { toPoisonView } from "../shared/http/presentPoison.ts";

/** GET /api/poison/{id}: one poison message in full. */
const readPoison = answering(async (request) => {
  const id = routeId(request, "id");
  const found = await app.http.view.poison(id);
  if (found?.entry.poison === undefined)
    throw new HttpProblem(404, `The ledger has no poison message "${id}"`);
  const { entry, body, history } = found;
  return ok(toPoisonView(entry, found.entry.poison, body, history, linksOf(request.url)));
});

functions.http("readPoison", {
  methods: ["GET"],
  authLevel: "function",
  route: "poison/{id}",
  handler: readPoison,
});

import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readQuery } from "../shared/http/answer.ts";
import { PoisonQuery } from "../shared/http/api/inputs.ts";
import { linksOf } from "../shared/http/links.ts";
import { toPoisonGroupsView, toPoisonListView } from "../shared/http/presentPoison.ts";

/** GET /api/poison: why requests were refused, in groups; with a filter the messages, newest first. */
const listPoison = answering(async (request) => {
  const query = readQuery(request, PoisonQuery);
  const links = linksOf(request.url);
  const { category, errorCode, customerId } = query;
  if ((category ?? errorCode ?? customerId) !== undefined) {
    return ok(toPoisonListView(await app.http.view.poisonList(query), links));
  }
  const groups = await app.http.view.groups(query);
  return ok(toPoisonGroupsView(groups, query.state, links));
});

functions.http("listPoison", {
  methods: ["GET"],
  authLevel: "function",
  route: "poison",
  handler: listPoison,
});

import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, HttpProblem, ok } from "../shared/http/answer.ts";
import { readDelivery } from "../shared/http/delivery.ts";
import { toTicketCheckView } from "../shared/http/presentTicket.ts";

/** POST /api/tickets/{source}/check: what a delivery would come to; nothing is noted and nothing is sent. */
const checkTicket = answering(async (request) => {
  const { source = "" } = request.params;
  const delivered = await readDelivery(request, app.tickets.sources.get(source));
  if (!delivered.ok) throw new HttpProblem(delivered.status, delivered.detail);
  const check = await app.tickets.check(source, delivered.delivery);
  if (check === undefined)
    throw new HttpProblem(404, "There is no source of this name; it would be a file in tickets/");
  return ok(toTicketCheckView(check));
});

functions.http("checkTicket", {
  methods: ["POST"],
  authLevel: "function",
  route: "tickets/{source}/check",
  handler: checkTicket,
});

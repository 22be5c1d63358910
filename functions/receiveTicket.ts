import { app as functions, type HttpHandler } from "@azure/functions";

import { app } from "../shared/app.ts";
import { readDelivery } from "../shared/http/delivery.ts";
import { toTicketAnswer } from "../shared/http/presentTicket.ts";
import { problemResponse } from "../shared/http/problem.ts";
import { logTo } from "../shared/log.ts";

/** POST /api/tickets/{source}: a ticketing system's webhook: checked over its bytes, mapped, put on the queue. */
const receiveTicket: HttpHandler = async (request, context) => {
  const log = logTo(context);
  const { source = "" } = request.params;
  const delivered = await readDelivery(request, app.tickets.sources.get(source));
  if (!delivered.ok) {
    log("request.rejected", { status: delivered.status, problems: 1 });
    return problemResponse(delivered.status, delivered.detail);
  }
  return toTicketAnswer(await app.tickets.receive(source, delivered.delivery, log), request.url);
};

functions.http("receiveTicket", {
  methods: ["POST"],
  // The signature says who calls; ticketing systems can seldom send a key beside it
  authLevel: "anonymous",
  route: "tickets/{source}",
  handler: receiveTicket,
});

import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readQuery } from "../shared/http/answer.ts";
import { SeatsQuery } from "../shared/http/api/inputs.ts";
import type { SeatsView } from "../shared/http/api/views.ts";

/** GET /api/seats: the seats that requests wait for; with a customer also how many are missing. */
const listSeats = answering(async (request, log) => {
  const { customerId } = readQuery(request, SeatsQuery);
  const view: SeatsView = { items: [...(await app.seats.missing(customerId, log))] };
  return ok(view);
});

functions.http("listSeats", {
  methods: ["GET"],
  authLevel: "function",
  route: "seats",
  handler: listSeats,
});

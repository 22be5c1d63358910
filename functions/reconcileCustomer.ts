import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readQuery } from "../shared/http/answer.ts";
import { ReconcileQuery } from "../shared/http/api/inputs.ts";
import type { ReconcileView } from "../shared/http/api/views.ts";
import { linksOf } from "../shared/http/links.ts";

/** GET /api/reconciliation: what tickets of a customer asked for against what is. */
const reconcileCustomer = answering(async (request, log) => {
  const { customerId, ...page } = readQuery(request, ReconcileQuery);
  const { items, next } = await app.changes.reconcile(customerId, page, log);
  const view: ReconcileView = {
    items: [...items],
    ...(next === undefined ? {} : { next: linksOf(request.url).next(next) }),
  };
  return ok(view);
});

functions.http("reconcileCustomer", {
  methods: ["GET"],
  authLevel: "function",
  route: "reconciliation",
  handler: reconcileCustomer,
});

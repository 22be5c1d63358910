import { app as functions, type HttpHandler, type HttpResponseInit } from "@azure/functions";

import { app } from "../shared/app.ts";
import type { Accepted } from "../shared/flow/accept.ts";
import { readBody } from "../shared/http/body.ts";
import { problemResponse } from "../shared/http/problem.ts";
import { logTo } from "../shared/log.ts";

const toResponse = (accepted: Accepted, url: string): HttpResponseInit => {
  switch (accepted.kind) {
    case "accepted": {
      const { requestId } = accepted.request;
      const { origin, pathname } = new URL(url);
      const statusUrl = `${origin}${pathname.replace(/\/$/, "")}/${requestId}`;
      return {
        status: 202,
        headers: { location: statusUrl },
        jsonBody: { requestId, status: "accepted", statusUrl },
      };
    }
    case "invalid":
      return problemResponse(
        400,
        "Correct the fields named in errors and send the request again",
        accepted.problems,
      );
    case "notQueued":
      return problemResponse(
        503,
        "The queue is out of reach; send the request again, with the same requestId",
      );
    default:
      return accepted satisfies never;
  }
};

/** POST /api/license-updates: checks a request, puts it on the queue, answers 202. */
const submitLicenseUpdate: HttpHandler = async (request, context) => {
  const log = logTo(context);
  const body = await readBody(request);
  if (!body.ok) {
    log("request.rejected", { status: body.status, problems: 1 });
    return problemResponse(body.status, body.detail);
  }
  const accepted = await app.accept(body.bytes, request.headers.get("idempotency-key") ?? undefined, log);
  if (accepted.kind === "invalid")
    log("request.rejected", { status: 400, problems: accepted.problems.length });
  return toResponse(accepted, request.url);
};

functions.http("submitLicenseUpdate", {
  methods: ["POST"],
  authLevel: "function",
  route: "license-updates",
  handler: submitLicenseUpdate,
});

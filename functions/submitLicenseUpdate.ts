import { app as functions, type HttpHandler, type HttpResponseInit } from "@azure/functions";

import { app } from "../shared/app.ts";
import type { Submitted } from "../shared/change/submit.ts";
import type { AcceptedView } from "../shared/http/api/views.ts";
import { readBody } from "../shared/http/body.ts";
import { linksOf } from "../shared/http/links.ts";
import { problemResponse } from "../shared/http/problem.ts";
import { logTo } from "../shared/log.ts";

const toResponse = (accepted: Submitted, url: string): HttpResponseInit => {
  switch (accepted.kind) {
    case "accepted": {
      const { requestId } = accepted.request;
      const statusUrl = linksOf(url).request(requestId);
      const jsonBody: AcceptedView = { requestId, status: accepted.status, statusUrl };
      return { status: 202, headers: { location: statusUrl }, jsonBody };
    }
    case "invalid":
      return problemResponse(
        400,
        "Correct the fields named in errors and send the request again",
        accepted.problems,
      );
    case "reused": {
      const { known, given } = accepted;
      const detail =
        "The ledger has a request with this requestId and another body; give every change an id of its own";
      return problemResponse(422, detail, [], { digests: { known, given } });
    }
    case "outOfReach":
      return problemResponse(
        503,
        `The ${accepted.what} is out of reach; send the request again, with the same requestId`,
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
  const accepted = await app.changes.submit(
    body.bytes,
    request.headers.get("idempotency-key") ?? undefined,
    log,
  );
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

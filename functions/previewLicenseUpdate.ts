import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, HttpProblem, ok } from "../shared/http/answer.ts";
import { readBody } from "../shared/http/body.ts";
import { toPreviewView } from "../shared/http/presentPreview.ts";

/** POST /api/license-updates/preview: what a request would come to; nothing is noted, queued or changed. */
const previewLicenseUpdate = answering(async (request, log) => {
  const body = await readBody(request);
  if (!body.ok) throw new HttpProblem(body.status, body.detail);
  const parsed = app.changes.parse(body.bytes, undefined);
  if (!parsed.ok) throw new HttpProblem(400, "Correct the fields named in errors", parsed.problems);
  return ok(toPreviewView(parsed.request, await app.changes.preview(parsed.request, log)));
});

functions.http("previewLicenseUpdate", {
  methods: ["POST"],
  authLevel: "function",
  route: "license-updates/preview",
  handler: previewLicenseUpdate,
});

import { app as functions, type HttpHandler } from "@azure/functions";

import { openApiDocument } from "../shared/http/api/openApi.ts";
import { VERSION } from "../shared/version.ts";

const body = JSON.stringify(openApiDocument(VERSION));

/** GET /api/openapi.json: what this API can do, for programs. */
const openApi: HttpHandler = () => ({
  status: 200,
  headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
  body,
});

functions.http("openApi", {
  methods: ["GET"],
  authLevel: "anonymous",
  route: "openapi.json",
  handler: openApi,
});

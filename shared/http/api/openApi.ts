import { z } from "zod";

import { present } from "../../present.ts";
import { routes, schemas, type RouteDoc, type SchemaName } from "./routes.ts";

type Json = Readonly<Record<string, unknown>>;

const refTo = (name: SchemaName): Json => ({ $ref: `#/components/schemas/${name}` });

const toSchema = (schema: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    // In TypeScript it says "do not change this object"; in JSON Schema it would say "do not send it"
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  return json;
};

const components = (): Json =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      // Bodies are described as they are sent, before defaults are put in
      const io = name === "LicenseRequest" || name.endsWith("Input") ? "input" : "output";
      return [name, toSchema(schema, io)];
    }),
  );

const PATH_PARAMETER = /\{(?<name>\w+)\}/g;

const pathParameters = (path: string): readonly Json[] =>
  [...path.matchAll(PATH_PARAMETER)].map(({ groups }) => ({
    name: groups?.["name"],
    in: "path",
    required: true,
    schema: { type: "string", pattern: "^~?[A-Za-z0-9._:-]{1,100}$" },
  }));

const Properties = z.object({
  properties: z.record(z.string(), z.looseObject({})).default({}),
});

const toQueryParameter = (name: string, schema: Json): Json => ({
  name,
  in: "query",
  required: false,
  ...(typeof schema["description"] === "string" ? { description: schema["description"] } : {}),
  schema,
});

const queryParameters = (query: z.ZodObject | undefined): readonly Json[] =>
  query === undefined
    ? []
    : Object.entries(Properties.parse(toSchema(query, "input")).properties).map(([name, schema]) =>
        toQueryParameter(name, schema),
      );

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "Becomes the requestId of a body that has none",
  schema: { type: "string" },
};

const problemTitles: Readonly<Record<number, string>> = {
  400: "What was sent is not valid; errors names every problem",
  401: "The signature does not match",
  404: "There is no such resource",
  411: "A chunked body without Content-Length",
  413: "The body is too large",
  415: "The body is not JSON",
  422: "The requestId belongs to a request with another body; digests has both",
  429: "It cannot be taken now; Retry-After says when to try again",
  500: "The ledger has it but cannot read it; detail names the row",
  503: "The queue or the ledger is out of reach; Retry-After says when to try again",
};

const toProblem = (status: number): Json => ({
  description: problemTitles[status] ?? "",
  ...(status === 503 || status === 429
    ? { headers: { "Retry-After": { description: "Seconds", schema: { type: "integer" } } } }
    : {}),
  content: { "application/problem+json": { schema: refTo("ProblemView") } },
});

const toAnswer = (
  { description, schemas: names = [] }: RouteDoc["answers"][number],
  hasLocation: boolean,
): Json => {
  const [first] = names;
  const schema = first !== undefined && names.length === 1 ? refTo(first) : { oneOf: names.map(refTo) };
  return {
    description,
    ...(hasLocation
      ? { headers: { Location: { description: "Where it can be read", schema: { type: "string" } } } }
      : {}),
    content: { "application/json": { schema: names.length === 0 ? { type: "object" } : schema } },
  };
};

const toOperation = (route: RouteDoc): Json => {
  const { operationId, tag, key, summary, description, path, query, body, answers, problems } = route;
  const hasLocation = route.hasLocation ?? false;
  const parameters = [
    ...pathParameters(path),
    ...queryParameters(query),
    ...(body === "LicenseRequest" ? [idempotencyKey] : []),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    ...present({ description }),
    security: key === undefined ? [] : [{ [key]: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: refTo(body) } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, toAnswer(answer, hasLocation)]),
      ),
      ...(key === undefined ? {} : { 401: { description: "No key, or a wrong one" } }),
      ...Object.fromEntries(problems.map((status) => [status, toProblem(status)])),
    },
  };
};

const paths = (): Json => {
  const byPath = new Map<string, Record<string, unknown>>();
  for (const route of routes) {
    const item = byPath.get(route.path) ?? {};
    item[route.method] = toOperation(route);
    byPath.set(route.path, item);
  }
  return Object.fromEntries(byPath);
};

const keyScheme = (description: string): Json => ({
  type: "apiKey",
  in: "header",
  name: "x-functions-key",
  description,
});

/**
 * The description of the HTTP API, OpenAPI 3.1, made from the schemas that the functions themselves use.
 * @param version of the app
 */
export const openApiDocument = (version: string): Json => ({
  openapi: "3.1.0",
  info: {
    title: "license-relay",
    version,
    summary: "Microsoft 365 license changes through Partner Center, with proof of what became of them",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/api" }],
  tags: [
    { name: "requests", description: "Ask for changes, and for what became of them" },
    { name: "tickets", description: "Webhooks of ticketing systems" },
    { name: "poison", description: "What was refused, by cause, and how to set it right" },
    { name: "operations", description: "Replays, discards and restores under way" },
    { name: "service", description: "The app itself" },
  ],
  paths: paths(),
  components: {
    securitySchemes: {
      callerKey: keyScheme("A key of the functions that callers use; the operator key opens them too"),
      operatorKey: keyScheme("The key named operator, of the functions that operators use"),
    },
    schemas: components(),
  },
});

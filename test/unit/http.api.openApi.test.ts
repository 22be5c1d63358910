import { readdirSync, readFileSync } from "node:fs";

import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { z } from "zod";

import { openApiDocument } from "../../shared/http/api/openApi.ts";
import { routes } from "../../shared/http/api/routes.ts";
import { VERSION } from "../../shared/version.ts";

const functionFiles = new URL("../../functions/", import.meta.url);

test("openApiDocument() passes the linter without an error or a warning", async () => {
  const config = await createConfig({
    extends: ["recommended-strict"],
    // Health and the description itself take nothing that could be wrong
    rules: { "operation-4xx-response": "off" },
  });
  const problems = await lintFromString({ source: JSON.stringify(openApiDocument(VERSION)), config });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
    [],
  );
});

test("openApiDocument() describes every HTTP function, with its method and route", () => {
  const registered = readdirSync(functionFiles)
    .map((file) => readFileSync(new URL(file, functionFiles), "utf8"))
    .flatMap((text) => {
      const [, name] = /functions\.http\("(\w+)"/.exec(text) ?? [];
      const [, method] = /methods: \["(\w+)"\]/.exec(text) ?? [];
      const [, route] = /route: "([^"]+)"/.exec(text) ?? [];
      return name === undefined ? [] : [`${name} ${method ?? ""} /${route ?? ""}`];
    });
  const described = routes.map(
    ({ operationId, method, path }) => `${operationId} ${method.toUpperCase()} ${path}`,
  );
  expect(described.toSorted()).toEqual(registered.toSorted());
});

test("VERSION is that of package.json", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  expect(z.object({ version: z.string() }).parse(JSON.parse(text)).version).toBe(VERSION);
});

test("openApiDocument() says where Retry-After is to be expected", () => {
  const Answer = z.looseObject({ headers: z.record(z.string(), z.unknown()).optional() });
  const { components } = z
    .looseObject({ components: z.looseObject({ responses: z.record(z.string(), Answer).optional() }) })
    .parse(openApiDocument(VERSION));
  const Paths = z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ responses: z.record(z.string(), Answer) })),
  );
  const { paths } = z.looseObject({ paths: Paths }).parse(openApiDocument(VERSION));
  const answers = [
    ...Object.entries(components.responses ?? {}),
    ...Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ responses }) => Object.entries(responses)),
    ),
  ];
  const retried = answers.filter(([, { headers = {} }]) => "Retry-After" in headers);
  expect([...new Set(retried.map(([status]) => status))].toSorted()).toEqual(["429", "503"]);
});

test("openApiDocument() names the address of what was made where the answer has it", () => {
  const Answers = z.record(
    z.string(),
    z.looseObject({ headers: z.record(z.string(), z.unknown()).optional() }),
  );
  const Paths = z.record(z.string(), z.record(z.string(), z.looseObject({ responses: Answers })));
  const document = z.looseObject({ paths: Paths }).parse(openApiDocument(VERSION));
  for (const { method, path, hasLocation = false } of routes) {
    const answers = Object.entries(document.paths[path]?.[method]?.responses ?? {});
    const good = answers.filter(([status]) => status.startsWith("2"));
    expect(good.length).toBeGreaterThan(0);
    for (const [, { headers = {} }] of good) expect("Location" in headers).toBe(hasLocation);
  }
});

import { expect, test } from "vitest";

import { compareRoutes, matchRoute, parseRoute } from "../../local/host/routes.ts";

test.each([
  ["items", "/api/items", {}],
  ["items", "/API/Items/", {}],
  ["items", "/api/items/1", undefined],
  ["items/{id}", "/api/items/a%20b", { id: "a b" }],
  ["items/{id}", "/api/items", undefined],
  ["items/{id?}", "/api/items", {}],
  ["items/{id:int}", "/api/items/-12", { id: "-12" }],
  ["items/{id:int}", "/api/items/1x", undefined],
  ["items/{id:int?}", "/api/items", {}],
  [
    "items/{id:guid}",
    "/api/items/3F2504E0-4F89-11D3-9A0C-0305E82C3301",
    { id: "3F2504E0-4F89-11D3-9A0C-0305E82C3301" },
  ],
  ["files/{*path}", "/api/files/a/b", { path: "a/b" }],
  ["files/{*path}", "/api/files", {}],
  ["items/{id}", "/api/items/%E0%A4%A", { id: "%E0%A4%A" }],
])("matchRoute() of %s on %s", (route, path, parameters) => {
  expect(matchRoute(parseRoute("api", route), path)).toEqual(parameters);
});

test("parseRoute() joins the prefix, which may be empty", () => {
  expect(parseRoute("", "/a/{b}").template).toBe("/a/{b}");
  expect(parseRoute("v1/api/", "a").template).toBe("/v1/api/a");
});

test.each([
  ["", "admin/x", '"admin" is reserved'],
  ["api", "a-{b}", '"a-{b}" is not supported'],
  ["api", "{a:regex(x)}", 'no constraint "regex(x)"'],
])("parseRoute() of %s %s says what it cannot serve", (prefix, route, problem) => {
  expect(() => parseRoute(prefix, route)).toThrow(problem);
});

test("compareRoutes() puts the more exact route first", () => {
  const templates = ["{*all}", "a/{b}", "a/{b:int}", "a/b", "a"];

  const sorted = templates.map((template) => parseRoute("", template)).toSorted(compareRoutes);

  expect(sorted.map(({ template }) => template)).toEqual(["/a", "/a/b", "/a/{b:int}", "/a/{b}", "/{*all}"]);
});

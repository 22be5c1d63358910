import { expect, test } from "vitest";

import { findRoute } from "../../local/partner-center/findRoute.ts";

test.each([
  ["GET", "/v1/customers/C/subscribedskus", { name: "subscribedskus", customerId: "c", userId: "" }],
  ["GET", "/v1/customers/c/users", { name: "users" }],
  ["GET", "/v1/customers/c/users/u", { name: "user", userId: "u" }],
  ["PATCH", "/v1/customers/c/users/u", { name: "user" }],
  ["GET", "/V1/Customers/c/Users/u/Licenses", { name: "licenses" }],
  ["POST", "/v1/customers/c/users/u/licenseupdates", { name: "licenseupdates" }],
  ["POST", "/v1/customers/c/users/a%23EXT%23%40b.com/licenseupdates", { userId: "a#ext#@b.com" }],
])("findRoute() knows %s %s", (method, path, route) => {
  expect(findRoute(method, path)).toMatchObject({ kind: "found", ...route });
});

test.each([
  ["GET", "/v1/customers/c/users/u/licenseupdates", "POST"],
  ["DELETE", "/v1/customers/c/users/u", "GET, PATCH"],
])("findRoute() tells the methods that %s %s should have had", (method, path, allow) => {
  expect(findRoute(method, path)).toEqual({ kind: "wrongMethod", allow });
});

test.each(["/", "/v1/customer", "/v1/customers/c/users/%E0%A4%A/licenses", "/v2/customers/c/users"])(
  "findRoute() knows no GET %s",
  (path) => {
    expect(findRoute("GET", path)).toEqual({ kind: "none" });
  },
);

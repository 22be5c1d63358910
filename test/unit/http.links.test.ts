import { describe, expect, test } from "vitest";

import { linksOf } from "../../shared/http/links.ts";

const API = "https://relay.example/api";
const links = linksOf(`${API}/poison?state=open`);

describe("linksOf()", () => {
  test.each([
    ["a request", links.request("a:b"), `${API}/license-updates/a%3Ab`],
    ["a poison message", links.poison("~a:b"), `${API}/poison/~a%3Ab`],
    ["an operation", links.operation("op 1"), `${API}/operations/op%201`],
    ["the end of an operation", links.cancel("op 1"), `${API}/operations/op%201/cancel`],
    [
      "messages that fit",
      links.poisonList({ category: "no-seats", errorCode: 60_012, customerId: undefined }),
      `${API}/poison?category=no-seats&errorCode=60012`,
    ],
  ])("leads to %s", (_, address, expected) => {
    expect(address).toBe(expected);
  });

  test("puts the new continuation token in the place of the old one", () => {
    expect(linksOf(`${API}/poison?after=old&limit=5`).next("new")).toBe(`${API}/poison?after=new&limit=5`);
  });

  test("does without a prefix that was not called", () => {
    expect(linksOf("https://relay.example/other").operation("1")).toBe("https://relay.example/operations/1");
  });
});

import { expect, test } from "vitest";

import { laneOf } from "../../shared/request/lane.ts";
import { aRequest, CUSTOMER } from "../support/builders.ts";

const lane = (userId: string, lanes = 4): string => laneOf(aRequest({ userId }), lanes);

test("laneOf() is the documented formula, which other services compute too", () => {
  // Python: int.from_bytes(hashlib.sha256(b"ana@contoso.com").digest()[:4], "big") % 4
  expect(lane("ana@contoso.com")).toBe(`${CUSTOMER}/2`);
});

test("laneOf() keeps one user in one lane, however the name is written", () => {
  expect(lane("Ana@Contoso.com")).toBe(lane("ana@contoso.com"));
});

test("laneOf() spreads users over all lanes of a customer and no more", () => {
  const lanes = new Set(Array.from({ length: 200 }, (_, index) => lane(`user${index}@contoso.com`)));
  expect([...lanes].toSorted()).toEqual([0, 1, 2, 3].map((number) => `${CUSTOMER}/${number}`));
});

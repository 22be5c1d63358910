import { expect, test } from "vitest";

import { fromJsonTree, toJsonTree } from "../../scripts/fuzz/jsonTree.ts";
import { judgeMemory } from "../../scripts/fuzz/judgeMemory.ts";
import { mutateBytes } from "../../scripts/fuzz/mutateBytes.ts";
import { mutateJson } from "../../scripts/fuzz/mutateJson.ts";
import { makeRandom } from "../../scripts/fuzz/random.ts";
import { validEvent } from "../../scripts/fuzz/valid.ts";

const MIB = 1024 * 1024;

const changed = (seed: number, at: number): string => {
  const random = makeRandom(seed, at);
  const tree = mutateJson(toJsonTree(validEvent(random, "tag")), random);
  return mutateBytes(Buffer.from(fromJsonTree(tree)), random).toString("base64");
};

test("the same seed and number give the same case, whatever came before", () => {
  const all = Array.from({ length: 200 }, (_, at) => changed(7, at));
  expect(changed(7, 150)).toBe(all[150]);
  expect(new Set(all).size).toBeGreaterThan(100);
  expect(changed(8, 150)).not.toBe(all[150]);
});

test("a tree that was not changed is the JSON that it came from", () => {
  const value = { a: [1, null, { "": "\ud800" }], b: true, c: undefined };
  expect(fromJsonTree(toJsonTree(value))).toBe(JSON.stringify(value));
});

test("a changed tree is still JSON text", () => {
  for (let at = 0; at < 500; at += 1) {
    const random = makeRandom(1, at);
    const tree = mutateJson(toJsonTree(validEvent(random, "tag")), random);
    expect(() => {
      JSON.parse(fromJsonTree(tree));
    }).not.toThrow();
  }
});

const ramp = (startMiB: number, perSampleMiB: number): readonly number[] =>
  Array.from({ length: 40 }, (_, at) => (startMiB + at * perSampleMiB) * MIB);

test.each([
  ["stays the same", ramp(60, 0), true],
  ["grows a little, as caches do", ramp(60, 0.2), true],
  ["grows with every case", ramp(60, 1), false],
  ["is looked at too seldom", ramp(60, 10).slice(0, 10), true],
])("memory that %s", (_name, samples, isFlat) => {
  expect(judgeMemory(samples).isFlat).toBe(isFlat);
});

test("memory that grew only while caches filled up is flat", () => {
  expect(judgeMemory([...ramp(40, 5).slice(0, 10), ...ramp(90, 0)]).isFlat).toBe(true);
});

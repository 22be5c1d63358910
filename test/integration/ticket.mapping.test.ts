import { describe, expect, test, vi } from "vitest";
import { z } from "zod";

import { makeEvaluate } from "../../shared/ticket/mapping/mapper.ts";

const evaluate = makeEvaluate();
const run = (input: string, x: string) => evaluate({ input, expressions: { x }, variables: { name: "b" } });
const valueOf = async (input: string, x: string): Promise<unknown> => {
  const result = await run(input, x);
  return result.kind === "values" ? z.object({ x: z.unknown() }).parse(JSON.parse(result.json)).x : result;
};
/** A regular expression that takes longer than the universe. */
const ENDLESS = [
  '{"s":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}',
  "$match(s, /^(a+)+$/)",
] as const;

describe("makeEvaluate()", () => {
  test.each([
    ['{"a":{"b":[1,2]}}', "a.b[1]", 2],
    ['{"b":7}', "$lookup($, $name)", 7],
    ['{"id":12345678901234567890}', "id", "12345678901234567890"],
    ['{"id":-9007199254740993}', "id", "-9007199254740993"],
    ['{"id":9007199254740991}', "id", 9_007_199_254_740_991],
    ['{"id":1e400}', "id", "1e400"],
    ['{"o":{"length":{"toString":1},"toJSON":1}}', "o", { length: { toString: 1 }, toJSON: 1 }],
    ['{"__proto__":{"a":1},"constructor":{"b":2}}', "constructor.b", 2],
    ['{"e":"{\\"id\\":99007199254740993}"}', "$json(e).id", "99007199254740993"],
    ['[{"a":1}]', "a", 1],
  ])("%s and %s give %s", async (input, expression, value) => {
    expect(await valueOf(input, expression)).toEqual(value);
  });

  test.each([
    ["not JSON", "{", "a", "is not JSON"],
    ["a list of two", "[{},{}]", "a", "is a list"],
    ["deep nesting", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, "a", "nested too deeply"],
    ["nesting that JSON.parse() can bear", `${'{"a":'.repeat(300)}1${"}".repeat(300)}`, "**.b", "nested too"],
  ])("says what is wrong with %s", async (_name, input, expression, detail) => {
    expect(await run(input, expression)).toMatchObject({
      kind: "notJson",
      detail: expect.stringContaining(detail) as unknown,
    });
  });

  test.each([
    ["an endless recursion", "{}", "($f := function($x) { $f($x + 1) }; $f(1))"],
    ["a list without end", "{}", "[1..9000000]"],
    ["a text without end", "{}", "($f := function($x) { $f($x & $x) }; $f('aaaaaaaaaaaaaaaa'))"],
    ["what stands in the payload", '{"code":"1 + 1"}', "$eval(code)"],
    ["an expression that fails", "{}", '"a" + 1'],
    ["an endless regular expression", ...ENDLESS],
    [
      "memory without end",
      "{}",
      "$reduce([1..10000], function($a, $b) { $append($a, [1..10000].{'x': $b, 'y': $pad('', 50, 'z')}) }, [])",
    ],
  ])("stops %s with an answer, within 3 s", async (_name, input, expression) => {
    const startMs = performance.now();
    expect(await run(input, expression)).toMatchObject({ kind: "failed" });
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(await valueOf('{"a":1}', "a")).toBe(1);
  });

  test("an expression that runs away does not hold up another", async () => {
    // Nothing is stopped before the clock says so, however slow the machine is
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const endless = run(...ENDLESS);
      expect(await valueOf('{"a":1}', "a")).toBe(1);
      await vi.advanceTimersByTimeAsync(2000);
      expect((await endless).kind).toBe("failed");
    } finally {
      vi.useRealTimers();
    }
  });

  test("an output that is too large is none", async () => {
    expect(await run("{}", "[1..9999].('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')")).toMatchObject({
      kind: "failed",
    });
  });
});

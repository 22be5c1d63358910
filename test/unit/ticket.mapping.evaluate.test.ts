import { describe, expect, test } from "vitest";

import { evaluate } from "../../shared/ticket/mapping/evaluate.ts";

const run = (input: unknown, expressions: Readonly<Record<string, string>>, variables = {}) =>
  evaluate({ input: typeof input === "string" ? input : JSON.stringify(input), expressions, variables });
const valuesOf = async (...args: Parameters<typeof run>): Promise<unknown> => {
  const evaluated = await run(...args);
  return evaluated.kind === "values" ? JSON.parse(evaluated.json) : evaluated;
};

describe("evaluate()", () => {
  test("gives each name its value, and leaves out one without", async () => {
    expect(await valuesOf({ a: { b: 1 } }, { one: "a.b", none: "a.c", given: "$by" }, { by: "kim" })).toEqual(
      {
        one: 1,
        given: "kim",
      },
    );
  });

  test("reads a list of one as the one, and takes no longer list and nothing that is no JSON", async () => {
    expect(await valuesOf([{ a: 1 }], { a: "a" })).toEqual({ a: 1 });
    for (const input of [[], [{}, {}]])
      expect(await run(input, { a: "a" })).toEqual({
        kind: "notJson",
        detail: "is a list; send one ticket at a time",
      });
    expect(await run("{", { a: "a" })).toEqual({ kind: "notJson", detail: "is not JSON" });
  });

  test("names the expression that failed, and why", async () => {
    const failed = await run({ a: "x" }, { good: "a", bad: "a + 1" });
    expect(failed).toMatchObject({ kind: "failed", name: "bad" });
    expect(failed).not.toMatchObject({ detail: "it failed" });
    expect(await run({}, { bad: "$eval('1')" })).toMatchObject({
      detail: "$eval is not available; $json reads JSON in a text",
    });
    expect(await run({}, { bad: `$error("${"x".repeat(1000)}")` })).toMatchObject({
      detail: "x".repeat(300),
    });
  });

  test("reads JSON in a text, and makes a text safe for a page", async () => {
    expect(await valuesOf({ text: '{"a":1}' }, { a: "$json(text).a", none: "$json(1)" })).toEqual({ a: 1 });
    expect(await valuesOf({ text: '<b>"&"</b>\n' }, { html: "$html(text)" })).toEqual({
      html: "&#60;b&#62;&#34;&#38;&#34;&#60;/b&#62;<br>",
    });
  });

  test("gives 256 KiB, and no more", async () => {
    const around = '{"a":""}'.length;
    const most = "x".repeat(256 * 1024 - around);
    expect(await run({ text: most }, { a: "text" })).toMatchObject({ kind: "values" });
    expect(await run({ text: `${most}x` }, { a: "text" })).toEqual({
      kind: "failed",
      name: "",
      detail: "what the expressions gave is too large",
    });
  });
});

import { describe, expect, expectTypeOf, test } from "vitest";

import { present } from "../../shared/present.ts";

interface Found {
  readonly name: string;
  readonly code?: number;
}

const maybe = (code: number | undefined): number | undefined => code;

describe("present()", () => {
  test("leaves out what is undefined, so that the field is not there", () => {
    const found = present({ name: "a", code: maybe(undefined) });
    expect(found).toStrictEqual({ name: "a" });
    expect("code" in found).toBe(false);
  });

  test("keeps everything else, in its order", () => {
    const fields = { text: "", number: maybe(0), nothing: null, off: false, list: [undefined] };
    expect(present(fields)).toStrictEqual(fields);
    expect(JSON.stringify(present({ b: 1, gone: undefined, a: 2 }))).toBe('{"b":1,"a":2}');
  });

  test("overwrites with nothing that is undefined", () => {
    expect({ code: 1, ...present({ code: maybe(undefined) }) }).toStrictEqual({ code: 1 });
  });

  test("makes fields optional that can be undefined, and no others", () => {
    const name: string = "a";
    const code = maybe(1);
    expectTypeOf(present({ name, code })).toEqualTypeOf<{ readonly name: string; readonly code?: number }>();
    expectTypeOf(present({ name, code })).toExtend<Found>();
    expectTypeOf({ name, ...present({ code }) }).toExtend<Found>();
    expectTypeOf(present({ kind: "found", code }).kind).toEqualTypeOf<"found">();
    expectTypeOf(present({ code: null, name: undefined })).toEqualTypeOf<{
      readonly code: null;
      readonly name?: never;
    }>();
  });

  test("takes fields that are optional already", () => {
    const found: Found = { name: "a" };
    expectTypeOf(present(found)).toEqualTypeOf<Found>();
  });

  test("does not fit where a field has to be there, and is needed where one has to be absent", () => {
    const code = maybe(1);
    // @ts-expect-error The name may be absent
    const unnamed: Found = present({ name: code === 1 ? "a" : undefined, code });
    // @ts-expect-error Without present(), the field could be there and be undefined
    const undefinedCode: Found = { name: "a", code };
    expect([unnamed, undefinedCode]).toHaveLength(2);
  });
});

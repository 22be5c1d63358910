import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readAnswerBody } from "../../shared/partner-center/readAnswer.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (value: unknown) => readAnswerBody(bytes(JSON.stringify(value)));

// What answers come to, whole: test/cases/partner-center
describe("readAnswerBody()", () => {
  test("takes nesting without end as unreadable", () => {
    expect(readAnswerBody(bytes("[".repeat(60_000)))).toEqual({ warnings: [], readable: false });
  });

  test("bounds a description", () => {
    const { description } = read({ code: 1, description: "x".repeat(5000) });
    expect(description).toHaveLength(1024);
  });

  test.each([0, 60_012, 999_999_999, "000060012"])("reads the code %j", (code) => {
    expect(read({ code }).code).toBe(Number(code));
    expect(read({ error: { code } }).code).toBe(Number(code));
  });

  test.each([1.5, -1, 1_000_000_000, 1e21, "1.5", "-1", "1234567890"])("takes %j for no code", (code) => {
    expect(read({ code, error: { code } })).toEqual({ warnings: [], readable: true });
    // It is that of an error all the same
    expect(read({ code, licensesToAssign: null })).not.toHaveProperty("confirms");
  });

  test.each([
    { errorCode: 60_012 },
    { errors: [{ message: "m" }] },
    { errors: { userId: ["is unknown"] } },
    { isError: true },
    { status: 400, title: "Bad Request" },
    { status: "400" },
    { status: "failed" },
    { type: "about:blank", title: "Bad Request" },
  ])("takes a license update beside %j for none", (error) => {
    expect(read({ licensesToAssign: null, ...error })).not.toHaveProperty("confirms");
  });

  test("takes a license update for one beside fields that say that nothing is wrong", () => {
    const fine = { errorCode: null, errors: [], isError: false, status: 201, title: null };
    expect(read({ licensesToAssign: null, ...fine })).toMatchObject({ confirms: true });
  });

  test("reads errorCode as the code", () => {
    expect(read({ errorCode: "60012" }).code).toBe(60_012);
  });

  test.each([
    '{"code":5,"licensesToAssign":null,"CODE":null}',
    '{"CODE":null,"licensesToAssign":null,"code":5}',
    '{"licensesToAssign":null,"attributes":{"objectType":"LicenseUpdate","ObjectType":"x"}}',
    '{"licensesToAssign":[{"skuId":"a","SkuId":"b"}]}',
  ])("takes names that differ in their casing alone as unreadable: %s", (text) => {
    expect(readAnswerBody(bytes(text))).toEqual({ warnings: [], readable: false });
  });

  test("never throws, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (body) => {
        expect(readAnswerBody(body).warnings).toBeInstanceOf(Array);
      }),
    );
  });
});

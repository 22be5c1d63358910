import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readAnswerBody } from "../../shared/partner-center/readAnswer.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (value: unknown) => readAnswerBody(bytes(JSON.stringify(value)));

describe("readAnswerBody()", () => {
  test.each([
    [
      "an error of the services with a number",
      { code: 60012, description: "No seats", source: "PartnerFD" },
      60012,
      "No seats",
    ],
    ["an error of the services with a string", { code: "900316", description: "Token" }, 900316, "Token"],
    ["an error of the services in Pascal case", { Code: 2000, Description: "Odd" }, 2000, "Odd"],
    [
      "an error of the gateway",
      { statusCode: 429, message: "Rate limit is exceeded." },
      undefined,
      "Rate limit is exceeded.",
    ],
    ["an error as Microsoft Graph has it", { error: { code: "3000", message: "Bad" } }, 3000, "Bad"],
    ["a code that is a word", { code: "BadRequest", description: "Bad" }, undefined, "Bad"],
    ["code 0", { code: 0, description: "exception not defined" }, 0, "exception not defined"],
  ])("reads %s", (_name, body, code, description) => {
    expect(read(body)).toEqual({
      ...(code === undefined ? {} : { code }),
      description,
      warnings: [],
      readable: true,
    });
  });

  test("skips a byte-order mark", () => {
    expect(readAnswerBody(bytes('\uFEFF{"code":1}'))).toMatchObject({ code: 1, readable: true });
  });

  test("takes an empty body as one that says nothing", () => {
    expect(readAnswerBody(bytes(""))).toEqual({ warnings: [], readable: true });
  });

  test.each([
    ["<html><body>Bad gateway</body></html>"],
    ['{"code":6'],
    ["[]"],
    ['"text"'],
    ["[".repeat(60_000)],
  ])("marks %.20s as unreadable", (text) => {
    expect(readAnswerBody(bytes(text))).toEqual({ warnings: [], readable: false });
  });

  test("keeps license warnings in either casing", () => {
    const warning = { code: "PlanConflict", message: "Two plans", servicePlans: ["EXCHANGE_S_STANDARD"] };
    expect(read({ licenseWarnings: [warning] }).warnings).toEqual([warning]);
    expect(read({ LicenseWarnings: [{ Code: 7, Message: "m", ServicePlans: ["P"] }] }).warnings).toEqual([
      { code: "7", message: "m", servicePlans: ["P"] },
    ]);
  });

  test("makes a description one bounded line without HTML entities", () => {
    const { description } = read({
      code: 1,
      description: `We&#39;re  sorry,\n&lt;no&gt; &amp;amp;${"x".repeat(5000)}`,
    });
    expect(description?.startsWith("We're sorry, <no> &amp;x")).toBe(true);
    expect(description).toHaveLength(1024);
  });

  test("never throws, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (body) => {
        expect(readAnswerBody(body).warnings).toBeInstanceOf(Array);
      }),
    );
  });
});

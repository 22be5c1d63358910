import { describe, expect, expectTypeOf, test } from "vitest";

import { brokerCauseOf, brokerCauses } from "../../shared/outcome/brokerCauses.ts";
import type { CallbackCategory } from "../../shared/outcome/callbackCauses.ts";
import { causeOf, causeRows, type Cause, type RefusalCategory } from "../../shared/outcome/causes.ts";
import { classify } from "../../shared/outcome/classify.ts";
import { anAnswer, anUnclearAnswer } from "../support/builders.ts";

/** Every answer that Partner Center documents or was seen to give: status, code, kind, category, owner. */
const table = [
  [400, 3000, "refusal", "invalid-request", "operator"],
  [400, 800002, "refusal", "invalid-request", "operator"],
  [400, 2055, "refusal", "stale-etag", "operator"],
  [400, 60000, "refusal", "migration-failed", "Microsoft"],
  [400, 60012, "refusal", "no-seats", "partner admin"],
  [400, 900118, "refusal", "customer-id-invalid", "operator"],
  [400, 900316, "token", "token-kind", "operator"],
  [400, undefined, "refusal", "invalid-request", "operator"],
  [401, 400, "token", "token-rejected", "operator"],
  [401, 10001, "token", "token-mfa", "operator"],
  [401, 800001, "token", "token-missing", "operator"],
  [401, 900420, "token", "token-audience", "operator"],
  [401, 900421, "token", "token-mfa", "operator"],
  [401, undefined, "token", "token-rejected", "operator"],
  [403, 2032, "refusal", "access-denied", "partner admin"],
  [403, 20002, "refusal", "no-relationship", "partner admin"],
  [403, 90000, "refusal", "token-issuance", "partner admin"],
  [403, 600006, "refusal", "action-not-allowed", "partner admin"],
  [403, 900150, "refusal", "role-missing", "partner admin"],
  [403, 900308, "refusal", "gdap-role-missing", "partner admin"],
  [403, 900309, "refusal", "conditional-access", "customer"],
  [403, 900329, "token", "token-app-only", "operator"],
  [403, undefined, "refusal", "access-denied", "partner admin"],
  [404, 1000, "refusal", "not-found", "operator"],
  [404, 60002, "refusal", "user-not-found", "operator"],
  [404, 60003, "refusal", "customer-not-found", "operator"],
  [404, undefined, "refusal", "not-found", "operator"],
  [408, undefined, "unsure", "timeout", "Microsoft"],
  [409, undefined, "refusal", "conflict", "operator"],
  [429, undefined, "transient", "throttled", "Microsoft"],
  [500, 800003, "unsure", "service-error", "Microsoft"],
  [500, 900192, "unsure", "service-error", "Microsoft"],
  [500, undefined, "unsure", "service-error", "Microsoft"],
  [501, 0, "refusal", "not-supported", "Microsoft"],
  [501, undefined, "refusal", "not-supported", "Microsoft"],
  [502, undefined, "unsure", "service-error", "Microsoft"],
  [503, undefined, "transient", "unavailable", "Microsoft"],
  [504, undefined, "unsure", "service-error", "Microsoft"],
] as const;

describe("causeOf()", () => {
  test.each(table)("knows %i/%s as %s %s", (status, code, kind, category, owner) => {
    expect(causeOf(status, code)).toMatchObject({ kind, category, owner });
  });

  test("has no row that this test does not know", () => {
    const keys = (rows: readonly (readonly [number, number | undefined])[]) =>
      rows.map(([status, code]) => `${status}/${code ?? "*"}`).toSorted();
    expect(keys(causeRows.map(({ status, code }) => [status, code]))).toEqual(
      keys(table.map(([status, code]) => [status, code])),
    );
  });

  test("tells the same code under two statuses apart", () => {
    expect(causeOf(400, 3000).category).toBe("invalid-request");
    expect(causeOf(404, 3000).category).toBe("not-found");
  });

  test.each([
    [400, 123456, "invalid-request"],
    [403, 1, "access-denied"],
    [405, undefined, "rejected"],
    [412, 5, "rejected"],
    [302, undefined, "unexpected-answer"],
    [200, 60012, "answer-unclear"],
    [204, undefined, "answer-unclear"],
    [507, undefined, "service-error"],
    [999, undefined, "service-error"],
  ])("decides an unknown answer %i/%s by its status: %s", (status, code, category) => {
    expect(causeOf(status, code).category).toBe(category);
  });

  test("gives every cause a meaning and a remedy that reads as a sentence", () => {
    for (const { meaning, remedy } of [...causeRows, ...brokerCauses]) {
      expect(meaning).toMatch(/^[A-Z].*[^.]$/);
      expect(remedy).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});

describe("RefusalCategory", () => {
  test("has the categories of the tables, and no others", () => {
    expectTypeOf<Cause["category"]>().toEqualTypeOf<RefusalCategory>();
    expectTypeOf<"no-seats" | "rejected" | "expired" | "unknown-sku">().toExtend<RefusalCategory>();
    expectTypeOf<string>().not.toExtend<RefusalCategory>();
    expectTypeOf<Extract<RefusalCategory, CallbackCategory>>().toBeNever();
  });
});

describe("brokerCauseOf()", () => {
  test.each([
    ["MaxDeliveryCountExceeded", "retries-exhausted"],
    ["TTLExpiredException", "expired"],
    ["something of the sender's", "dead-lettered"],
    [undefined, "dead-lettered"],
  ])("reads %s as %s", (reason, category) => {
    expect(brokerCauseOf(reason).category).toBe(category);
  });
});

describe("classify()", () => {
  test.each([200, 201])("takes %i as applied, warnings and all", (status) => {
    const warnings = [{ code: "w", message: "look", servicePlans: ["EXCHANGE"] }];
    expect(classify(anAnswer(status, undefined, { warnings }))).toMatchObject({
      kind: "applied",
      answer: { warnings },
    });
  });

  test.each([
    ["an empty object", anUnclearAnswer(200, { excerpt: "{}" }), "Partner Center answered 200 with: {}"],
    ["no body", anUnclearAnswer(201), "Partner Center answered 201 without a body"],
    [
      "a body that broke off",
      anUnclearAnswer(200, { readable: false }),
      "Partner Center answered 200 with a body that broke off or is too large",
    ],
    [
      "202, license update or not",
      anAnswer(202, undefined, { confirms: true }),
      "Partner Center answered 202",
    ],
    ["204", anAnswer(204), "Partner Center answered 204"],
    ["206", anAnswer(206, undefined, { confirms: true }), "Partner Center answered 206"],
    ["299", anAnswer(299), "Partner Center answered 299"],
    ["an error code", anUnclearAnswer(200, { code: 60_012 }), "Partner Center answered 200"],
  ])("does not believe a success without evidence: %s", (_what, answer, why) => {
    expect(classify(answer)).toMatchObject({
      kind: "unclear",
      answer,
      cause: { kind: "unsure", category: "answer-unclear", owner: "operator" },
      why: expect.stringContaining(why) as unknown,
    });
  });

  test.each(table.map(([status, code, kind]) => [status, code, kind] as const))(
    "handles %i/%s as its kind %s demands",
    (status, code, kind) => {
      const verdict = classify(anAnswer(status, code, { retryAfterMs: 7000 }));
      const isEnd = kind === "refusal" || kind === "token";
      expect(verdict).toMatchObject(
        isEnd
          ? { kind: "refused", cause: { kind } }
          : { kind: "retry", retryAfterMs: 7000, unsure: kind === "unsure" },
      );
    },
  );

  test.each([true, false])("is unsure after no answer only when the call was sent: %s", (sent) => {
    const answer = { kind: "noAnswer", sent, why: "no answer in time", ids: anAnswer(200).ids } as const;
    expect(classify(answer)).toMatchObject({ kind: "retry", unsure: sent });
  });
});

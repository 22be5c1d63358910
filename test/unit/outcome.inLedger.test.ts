import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { toUnprepared } from "../../shared/change/prepare.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { endRequest, holdRequest, toWaitStep } from "../../shared/ledger/entry/end.ts";
import type { Entry } from "../../shared/ledger/entry/entry.ts";
import { filePoison } from "../../shared/ledger/entry/poison.ts";
import type { Answer } from "../../shared/outcome/answer.ts";
import { classify } from "../../shared/outcome/classify.ts";
import type { Applied, Refused } from "../../shared/outcome/outcome.ts";
import { makeClient, type Found } from "../../shared/partner-center/client.ts";
import type { Raw } from "../../shared/partner-center/transport.ts";
import { present } from "../../shared/present.ts";
import { aLedger } from "../support/aLedger.ts";
import { aFailure, aRequest, E3 } from "../support/builders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const request = aRequest();
const reader = { token: "t", requestId: "request-1" };

const aRaw = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Raw => ({
  kind: "response",
  status,
  header: (name) => headers[name],
  body: Buffer.from(body),
  whole: true,
});

/** What a call and a read come to when both are answered so. */
const answersTo = async (raw: Raw): Promise<{ answer: Answer; read: Found<unknown> }> => {
  const client = makeClient(() => Promise.resolve(raw), Date.now);
  const options = { ...reader, requestId: request.requestId, answers: 0 };
  const wish = { assign: [{ skuId: E3 }], remove: [] };
  return {
    answer: await client.updateLicenses(request, wish, options),
    read: await client.heldLicenses(request, reader),
  };
};

/** The ends that the answers lead to. */
const endsOf = ({ answer, read }: Awaited<ReturnType<typeof answersTo>>): readonly (Applied | Refused)[] => {
  const verdict = classify(answer);
  const unprepared = read.kind === "notFound" ? toUnprepared(read, "the user's licenses") : undefined;
  const unfit = unprepared?.kind === "badToken" ? unprepared.unfit : unprepared;
  return [
    ...(verdict.kind === "applied"
      ? [{ ...verdict.answer, kind: "applied", alreadySo: false, attempts: 1 } as const]
      : []),
    ...(verdict.kind === "refused" || verdict.kind === "unclear"
      ? [{ ...verdict.answer, kind: "refused", cause: verdict.cause, attempts: 1 } as const]
      : []),
    ...(unfit?.kind === "refused" ? [{ ...unfit, attempts: 1 }] : []),
  ];
};

const seen = { kind: "applied", alreadySo: true, warnings: [], attempts: 0 } as const;

/** Whether everything that is written of the answers can be read again, with nothing left out. */
const isReadAgain = async (raw: Raw): Promise<boolean> => {
  const answers = await answersTo(raw);
  const { answer } = answers;
  const waits = answer.kind === "answered" ? present({ status: answer.status, code: answer.code }) : {};
  const wait = { category: "throttled", why: "busy", until: AT, attempts: 1, ...waits };
  for (const outcome of [seen, ...endsOf(answers)]) {
    const { ledger } = aLedger();
    const change = (decide: (entry: Entry | undefined) => object) => ledger.change("request-1", decide);
    await change((entry) => acceptRequest(entry, request, AT, "http"));
    const step = { ...toWaitStep(wait, AT, 0), partnerCenter: answer.ids };
    await change((entry) => holdRequest(entry, wait, AT, [step]));
    await change((entry) => endRequest(entry, outcome, AT));
    const { request: ended } = (await ledger.read("request-1")) ?? {};
    if (ended?.end?.outcome === "refused") {
      const failure = { ...aFailure({ id: "request-1" }), refusal: ended.end };
      await change((entry) => filePoison(entry, failure, AT));
    }
    const [, waiting] = await ledger.history("request-1");
    const { steps } = (await ledger.read("request-1")) ?? {};
    if (ended?.status !== outcome.kind || waiting?.why !== "busy" || steps !== 3) return false;
  }
  return true;
};

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(1.5, -1, -0, 1e21, 999_999_999, 1_000_000_000, 2 ** 53),
);
const anyCode = fc.oneof(
  number.map((value) => JSON.stringify(value)),
  number.map((value) => JSON.stringify(String(value))),
  fc.constantFrom("1e400", "-1e400", '"60012"', '"1e3"', "null", "{}"),
  fc.json({ maxDepth: 2 }),
);
const anyBody = fc.oneof(
  anyCode.map((code) => `{"code":${code},"description":"d"}`),
  anyCode.map((code) => `{"error":{"code":${code},"message":"m"}}`),
  anyCode.map((code) => `{"licensesToAssign":null,"code":${code}}`),
  fc.tuple(fc.json(), fc.json()).map(([a, b]) => `{"description":${a},"licenseWarnings":[${b}]}`),
  fc.json().map((warning) => `{"licensesToAssign":[],"licenseWarnings":[{"code":${warning}}]}`),
  fc.json(),
  fc.string(),
);
const anyStatus = fc.constantFrom(200, 201, 202, 302, 400, 401, 403, 404, 409, 429, 500, 503, 599);
const anyHeaders = fc.dictionary(
  fc.constantFrom("retry-after", "ms-cv", "ms-serverid"),
  fc.oneof(fc.string(), fc.constantFrom("1.5", "1e9", "-1", "Fri, 31 Dec 9999 23:59:59 GMT")),
);

describe("what is written of an answer", () => {
  test.each([
    [400, '{"code":1.5}'],
    [503, '{"code":1.5}'],
    [400, '{"code":9007199254740992}'],
    [403, '{"error":{"code":-7}}'],
    [200, '{"licensesToAssign":null,"code":1.5}'],
  ])("can be read again: %i %s", async (status, body) => {
    expect(await isReadAgain(aRaw(status, body))).toBe(true);
  });

  test("can be read again, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(anyStatus, anyBody, anyHeaders, async (status, body, headers) => {
        expect(await isReadAgain(aRaw(status, body, headers))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

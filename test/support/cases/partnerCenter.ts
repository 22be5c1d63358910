import { z } from "zod";

import { classify } from "../../../shared/outcome/classify.ts";
import { makeClient } from "../../../shared/partner-center/client.ts";
import { aRequest } from "../builders.ts";
import { isBodyFile, readBodyFile } from "./bodyFile.ts";
import type { CaseKind } from "./caseKind.ts";
import { readInFile } from "./inFile.ts";

/** in.json of an answer: all of it but the body. */
export const AnswerInput = z.strictObject({
  status: z.int().min(100).max(999),
  headers: z.record(z.string(), z.string()).default({}),
  receivedAt: z.iso.datetime().default("2026-01-15T10:00:00Z"),
});
export type AnswerInput = z.output<typeof AnswerInput>;

/** What every call has for a token: an answer may echo it. */
const TOKEN = "token-of-the-call";
const request = aRequest();

/** An answer of Partner Center to a change of licenses → what is read out of it, and what it means. */
export const partnerCenterCases: CaseKind = {
  name: "partner-center",
  isInput: (file) => file === "in.json" || isBodyFile(file),
  inputs: "in.json, in.body.*",
  madeUp: [TOKEN],
  async run(folder) {
    const input = await readInFile(AnswerInput, folder);
    const headers = new Headers(input.headers);
    const client = makeClient(
      async () => ({
        kind: "response",
        status: input.status,
        header: (name) => headers.get(name) ?? undefined,
        body: (await readBodyFile(folder)) ?? new Uint8Array(),
        whole: true,
      }),
      () => Date.parse(input.receivedAt),
    );
    const call = { token: TOKEN, requestId: request.requestId, answers: 0 };
    const answer = await client.updateLicenses(request, { assign: [], remove: [] }, call);
    const verdict = classify(answer);
    // Our own ids are of the call, not of the answer
    const { msRequestId: _id, correlationId: _group, ...ids } = answer.ids;
    const read = { ...answer, ids };
    switch (verdict.kind) {
      case "applied":
        return { answer: read, verdict: { kind: verdict.kind } };
      case "refused":
      case "unclear": {
        // Its words are in docs/causes.md, and may change
        const { kind, category, owner } = verdict.cause;
        const why = verdict.kind === "unclear" ? { why: verdict.why } : {};
        return { answer: read, verdict: { kind: verdict.kind, cause: { kind, category, owner }, ...why } };
      }
      case "retry":
        return { answer: read, verdict };
      default:
        return verdict satisfies never;
    }
  },
};

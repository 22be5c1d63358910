import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { present } from "../../shared/present.ts";
import type { End, Ends } from "./ends.ts";
import type { Played } from "./play.ts";
import type { Result } from "./result.ts";
import type { Sample } from "./sample.ts";
import type { Stage } from "./stage.ts";

/** What Partner Center knows of one request: calls it received, changes it applied. */
const seenAtPartnerCenter = ({ partnerCenter }: Stage, requestId: string) => {
  const correlationId = correlationIdOf(requestId);
  const isOurs = (entry: { readonly correlationId?: string | undefined }): boolean =>
    entry.correlationId === correlationId;
  return {
    calls: partnerCenter.calls().filter((call) => call.method === "POST" && isOurs(call)).length,
    changes: partnerCenter.journal().filter(isOurs).length,
  };
};

type Fact = readonly [what: string, actual: string | number | null, wanted: string | number | null];

const factsOf = (
  { expected, requestId, poisonId }: Sample,
  end: End,
  failures: number,
  stage: Stage,
  ends: Ends,
): readonly Fact[] => {
  const { calls, changes } = seenAtPartnerCenter(stage, requestId);
  const { attempts } = expected;
  const isApplied = expected.outcome === "applied";
  return [
    ["outcome", end.outcome, expected.outcome],
    ["category", end.category, expected.category ?? null],
    ["status", end.status, expected.status ?? null],
    ["code", end.code, expected.code ?? null],
    ["calls", calls, typeof attempts === "number" ? attempts : Math.max(calls, attempts.atLeast)],
    ["changes in Partner Center", changes, isApplied ? 1 : 0],
    ["outcomes told", ends.of(requestId).length, poisonId === undefined ? 1 : 0],
    ["times refused", failures, isApplied ? 0 : 1],
  ];
};

const lost = {
  outcome: "lost",
  category: null,
  status: null,
  code: null,
  attempts: 0,
  why: "",
  remedy: "",
} as const;

/** A played sample → its result, with the first thing that is not as it should be. */
export const judge = async ({ sample, end, error }: Played, stage: Stage, ends: Ends): Promise<Result> => {
  const { name, asked, requestId } = sample;
  if (end === undefined) return { name, asked, requestId, ...lost, problem: error ?? "no end" };
  const poison = await stage.api.poison(sample.poisonId ?? requestId);
  const wrong = factsOf(sample, end, poison?.failures ?? 0, stage, ends).find(
    ([, actual, wanted]) => actual !== wanted,
  );
  const problem =
    wrong === undefined
      ? sample.check?.(stage)
      : `${wrong[0]}: ${wrong[1] ?? "none"}, and should be ${wrong[2] ?? "none"}`;
  const attempts = seenAtPartnerCenter(stage, requestId).calls;
  return { name, asked, requestId, ...end, attempts, ...present({ problem }) };
};

import type { Plan } from "../../local/host/planFunction.ts";
import type { FuzzCase } from "./fuzzCase.ts";
import { fromJsonTree, toJsonTree } from "./jsonTree.ts";
import { makeHttpCase, weightOf } from "./makeHttpCase.ts";
import { makeSocketCase } from "./makeSocketCase.ts";
import { makeMessageCase, makeTriggerCase } from "./makeTriggerCase.ts";
import { mutateJson } from "./mutateJson.ts";
import { makeRandom, type Random } from "./random.ts";

type Of<K extends Plan["kind"]> = Extract<Plan, { readonly kind: K }>;

/** How often what is fired; the rest are HTTP calls within the process. What ends as a poison message costs most. */
const TRIGGER_SHARE = 0.004;
const MESSAGE_SHARE = 0.0015;
const TIMER_SHARE = 0.0001;
const SOCKET_SHARE = 0.01;

const timer = {
  Schedule: { AdjustForDST: true },
  ScheduleStatus: {
    Last: "2026-01-15T10:00:00Z",
    Next: "2026-01-15T10:01:00Z",
    LastUpdated: "2026-01-15T10:00:00Z",
  },
  IsPastDue: false,
};

export interface CaseMaker {
  readonly plans: readonly Plan[];
  readonly seed: number;
  /** The key that opens every function. */
  readonly key: string;
}

/** What stands in every id of a case: its messages can be told from those of others. */
const tagOf = (seed: number, at: number): string => `fuzz-${seed}-${at}`;

const isKind =
  <K extends Plan["kind"]>(kind: K) =>
  (plan: Plan): plan is Of<K> =>
    plan.kind === kind;

/** Cases by their number: the same for the same seed and the same functions. */
export const makeCases = ({ plans, seed, key }: CaseMaker): ((at: number) => FuzzCase) => {
  const http = plans.filter(isKind("http"));
  const messages = plans.filter(isKind("message"));
  const timers = plans.filter(isKind("timer"));
  // Dead letters cannot be sent to: they come of what is
  const targets = messages.filter(({ binding }) => !binding.source.isDeadLetter);

  const kindOf = (random: Random): FuzzCase["kind"] => {
    const drawn = random.next();
    const order = [
      ["timer", timers.length > 0, TIMER_SHARE],
      ["message", targets.length > 0, MESSAGE_SHARE],
      ["trigger", messages.length > 0, TRIGGER_SHARE],
      ["socket", http.length > 0, SOCKET_SHARE],
    ] as const;
    let below = 0;
    for (const [kind, isThere, share] of order) {
      below += share;
      if (isThere && drawn < below) return kind;
    }
    if (http.length > 0) return "http";
    return messages.length > 0 ? "trigger" : "timer";
  };

  return (at) => {
    const random = makeRandom(seed, at);
    const tag = tagOf(seed, at);
    const kind = kindOf(random);
    switch (kind) {
      case "timer":
        return {
          kind,
          name: random.pick(timers).fn.metadata.name,
          json: fromJsonTree(mutateJson(toJsonTree(timer), random)),
        };
      case "message":
        return makeMessageCase(random.pick(targets), random, tag);
      case "trigger":
        return makeTriggerCase(random.pick(messages), random, tag);
      case "socket":
        return makeSocketCase(makeHttpCase(random.pickBy(http, weightOf), key, random, tag), random);
      case "http":
        return makeHttpCase(random.pickBy(http, weightOf), key, random, tag);
      default:
        return kind satisfies never;
    }
  };
};

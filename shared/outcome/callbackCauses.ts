import type { AnyCause } from "./anyCause.ts";

const ofCallback = { kind: "refusal", owner: "operator" } as const;

/** Why a ticket could not be told of an outcome. */
export const callbackCauses = {
  "callback-failed": {
    ...ofCallback,
    category: "callback-failed",
    meaning: "The ticketing system did not take the outcome, however often it was sent",
    remedy:
      "See the status in the description and that callbackUrl, its secret and its rights are good; then replay",
  },
  "callback-gone": {
    ...ofCallback,
    category: "callback-gone",
    meaning: "The ticketing system answered 410: callbacks of this source are off",
    remedy:
      "Correct callbackUrl, or have the receiver put back; then replay: the first that is taken turns callbacks on again",
  },
  "callback-off": {
    ...ofCallback,
    category: "callback-off",
    meaning: "Callbacks of this source are off since its ticketing system answered 410",
    remedy: "Deal with the message of category callback-gone first; then replay these",
  },
  "callback-blocked": {
    ...ofCallback,
    category: "callback-blocked",
    meaning: "The address of the callback may not be called",
    remedy:
      "Give callbackUrl an https address of a public host, or allow the host in callbackHosts and CALLBACK_HOSTS; then replay",
  },
  "callback-no-source": {
    ...ofCallback,
    category: "callback-no-source",
    meaning: "The ticket names a source that has no file here",
    remedy:
      "Deploy the file that the description names, then replay; discard when the source is gone for good or never was one",
  },
} as const satisfies Readonly<Record<string, AnyCause>>;

export type CallbackCategory = (typeof callbackCauses)[keyof typeof callbackCauses]["category"];

/** What became of one sample. */
export interface Result {
  readonly name: string;
  readonly asked: string;
  readonly requestId: string;
  readonly outcome: "applied" | "refused" | "discarded" | "lost" | "shown";
  /** What a scene shows in place of an outcome. */
  readonly became?: string;
  readonly category: string | null;
  readonly status: number | null;
  readonly code: number | null;
  /** Calls of licenseupdates that Partner Center received for it. */
  readonly attempts: number;
  readonly why: string;
  readonly remedy: string;
  /** What is not as it should be. */
  readonly problem?: string;
}

/** A result as one line of JSON, for programs. */
export const toJsonLine = (result: Result): string => {
  const { name, requestId, outcome, became, category, status, code, attempts } = result;
  return JSON.stringify(
    became === undefined
      ? { name, requestId, outcome, category, status, code, attempts }
      : { name, outcome, became },
  );
};

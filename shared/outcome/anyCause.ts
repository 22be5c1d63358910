/** Who can set a refusal right. */
export type Owner = "customer" | "partner admin" | "operator" | "Microsoft";

/**
 * What a cause means for the request:
 * `refusal` ends it; `token` ends it too, and the partner access token is to blame, not the request;
 * `transient` passes, the request waits; `unsure` is transient, and the change may have been applied all the same.
 */
export type CauseKind = "refusal" | "token" | "transient" | "unsure";

/** A cause as a table holds it, whatever its category: the categories that there are come from the tables. */
export interface AnyCause {
  readonly kind: CauseKind;
  readonly category: string;
  readonly owner: Owner;
  /** What happened, for an operator. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What Partner Center's support asks for. */
export interface CallIds {
  readonly msRequestId: string;
  readonly correlationId: string;
  readonly msCv?: string;
  readonly serverId?: string;
}

/** Read-only part of a success: something about the license needs a look. */
export interface LicenseWarning {
  readonly code: string;
  readonly message: string;
  readonly servicePlans: readonly string[];
}

/** One call came back with a status. */
export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  readonly code?: number;
  /** For display only: localized, may differ from one day to the next. */
  readonly description?: string;
  readonly retryAfterMs?: number;
  readonly warnings: readonly LicenseWarning[];
  /** False when the body was cut off, too large, or not what Partner Center sends. */
  readonly readable: boolean;
  /** The body is a license update, as Microsoft documents the answer to one. A status alone is no evidence. */
  readonly confirms?: true;
  /** How a success without that evidence begins, for an operator. */
  readonly excerpt?: string;
  readonly ids: CallIds;
}

/** One call came back with nothing. */
export interface NoAnswer {
  readonly kind: "noAnswer";
  /** Whether Partner Center can have got the call. */
  readonly sent: boolean;
  readonly why: string;
  /** The call was held back on this side, for the sake of the throttle. */
  readonly retryAfterMs?: number;
  readonly ids: CallIds;
}

export type Answer = Answered | NoAnswer;

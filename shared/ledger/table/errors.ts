import { RestError } from "@azure/data-tables";

/**
 * Why the ledger could not be read or written:
 * `unreachable` no answer; `timeout` none in time; `busy` trouble at the storage account; `unauthorized` no right;
 * `conflict` others wrote the same entry all the time; `unreadable` an entry is not what was written; `unwritable` an
 * entry could not be read again and was not written; `failed` anything else.
 */
export type LedgerErrorCode =
  "unreachable" | "timeout" | "busy" | "unauthorized" | "conflict" | "unreadable" | "unwritable" | "failed";

/** Thrown when the ledger did not do what it was asked. Holds no key and no entry. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
  readonly code: LedgerErrorCode;
  constructor(code: LedgerErrorCode, why: string) {
    super(`Cannot use the ledger: ${why}`);
    this.code = code;
  }
}

/** What a call of the table service came to, when that is no error for the ledger. */
export type Miss = "missing" | "conflict";

const byStatus: ReadonlyMap<number, readonly [LedgerErrorCode, string]> = new Map([
  [401, ["unauthorized", "access is denied; check AzureWebJobsStorage"]],
  [
    403,
    ["unauthorized", "access is denied; grant Storage Table Data Contributor, or check AzureWebJobsStorage"],
  ],
  [408, ["timeout", "the storage account did not answer in time"]],
  [429, ["busy", "the storage account is busy"]],
]);

const statusOf = (error: unknown): number | undefined =>
  error instanceof RestError ? error.statusCode : undefined;

/** The entity is not there, or is not as it was when it was read. */
export const missOf = (error: unknown): Miss | undefined => {
  const status = statusOf(error);
  if (status === 404) return "missing";
  return status === 409 || status === 412 ? "conflict" : undefined;
};

/** Whatever the SDK threw → what it means. */
export const toLedgerError = (error: unknown): LedgerError => {
  if (error instanceof LedgerError) return error;
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) {
    return new LedgerError("timeout", "the storage account did not answer in time");
  }
  const status = statusOf(error);
  if (status === undefined) {
    return error instanceof Error && error.name === "CredentialUnavailableError"
      ? new LedgerError("unauthorized", "no identity is to be had; assign a managed identity")
      : new LedgerError("unreachable", "the storage account cannot be reached; check its address");
  }
  const [code, why] = byStatus.get(status) ?? [
    status >= 500 ? "busy" : "failed",
    `the storage account answered ${status}`,
  ];
  return new LedgerError(code, why);
};

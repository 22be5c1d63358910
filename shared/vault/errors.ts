/**
 * Why the vault gave no usable secret:
 * `unreachable` no answer, or trouble at the vault; `throttled`; `forbidden` no right to read it; `missing` no such
 * secret, or it is empty; `credential` no token for the vault itself; `expired` the secret is a token past its end.
 */
export type VaultErrorCode = "unreachable" | "throttled" | "forbidden" | "missing" | "credential" | "expired";

/** Thrown for a secret that cannot be used. Holds no secret, no header and no body. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly code: VaultErrorCode;
  constructor(code: VaultErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

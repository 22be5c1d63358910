/**
 * Why a call to the outside gave no answer: `blocked` it may not be made; `unreachable`; `timeout`; `tooLarge` the
 * answer has more bytes than are taken.
 */
export type WebErrorCode = "blocked" | "unreachable" | "timeout" | "tooLarge";

/** Thrown when a call to the outside gave no answer. Holds no header and no body. */
export class WebError extends Error {
  override readonly name = "WebError";
  readonly code: WebErrorCode;
  constructor(code: WebErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

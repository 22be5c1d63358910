/** What a script learns from how the program ended. */
export const EXIT = {
  good: 0,
  /** Something was refused, failed or left undone. */
  failed: 1,
  /** Wrong usage, or a file that cannot be sent. */
  usage: 2,
  notFound: 3,
  /** No answer, no right, or an answer that is none of license-relay's. */
  noAnswer: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with a sentence for people and a code for scripts. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A kind of case: what its folders hold, and what becomes of one. */
export interface CaseKind {
  /** The folder in test/cases. */
  readonly name: string;
  /** Whether a file with this name may be part of what comes in. */
  readonly isInput: (file: string) => boolean;
  /** What has to be there, for whoever finds it missing. */
  readonly inputs: string;
  /** Tokens that the runner makes up: in a case they are no secrets. */
  readonly madeUp?: readonly string[];
  /** What becomes of the input in this folder, as JSON. @throws {Error} when the input cannot be used */
  readonly run: (folder: string) => Promise<unknown>;
}

export const OUT_FILE = "out.json";

/** The text of an out.json. */
export const toOutText = (out: unknown): string => `${JSON.stringify(out, undefined, 2)}\n`;

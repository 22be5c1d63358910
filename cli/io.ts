/** What the program is given by its surroundings; tests give their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly err: Output;
  readonly readStdin: () => Promise<Uint8Array>;
  /** Asks on the terminal; false without one. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Told when the program is to stop. */
  readonly signal: AbortSignal;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Characters in a line. */
  readonly columns: number;
}

/** A part that has started. */
export interface Running {
  close(): Promise<void>;
}

const toLine = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs one part until the process is told to stop (SIGINT, SIGTERM); a second signal ends it at once.
 * What cannot start is said in a line without a stack, and the process ends with code 1.
 */
export const runAlone = async (start: () => Promise<Running | undefined>): Promise<void> => {
  try {
    const running = await start();
    if (running === undefined) return;
    let stopping = false;
    const stop = async (): Promise<void> => {
      if (stopping) process.exit(130);
      stopping = true;
      try {
        await running.close();
        process.exit(0);
      } catch (error) {
        console.error(toLine(error));
        process.exit(1);
      }
    };
    process.on("SIGINT", () => void stop());
    process.on("SIGTERM", () => void stop());
  } catch (error) {
    console.error(toLine(error));
    process.exit(1);
  }
};

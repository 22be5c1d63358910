/** Runs a command, or shows its help; what keeps it from running is told in a sentence, and it exits with 2. */
export const runScript = async (help: string, isHelp: boolean, main: () => unknown): Promise<void> => {
  if (isHelp) {
    console.log(help);
    return;
  }
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
};

import { CASES_FOLDER } from "./support/cases/folders.ts";
import { record } from "./support/cases/record.ts";

process.exitCode = await record(process.argv.slice(2), {
  root: CASES_FOLDER,
  write: (text) => {
    process.stdout.write(text);
  },
  stdin: process.stdin,
  now: () => new Date(),
});

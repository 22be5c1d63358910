import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { CliError } from "../../../cli/errors.ts";
import { readRequests } from "../../../cli/readRequests.ts";
import type { CaseKind } from "./caseKind.ts";

const isInput = (file: string): boolean => /^in\.(?:csv|json|jsonl)$/i.test(file);

/** A file of a user → its requests, or what `license-relay submit` says instead of sending them. */
export const fileCases: CaseKind = {
  name: "file",
  isInput,
  inputs: "in.csv, in.json or in.jsonl",
  async run(folder) {
    const [file = "", ...others] = (await readdir(folder)).filter(isInput);
    if (others.length > 0) throw new Error(`There are several files: ${[file, ...others].join(", ")}`);
    const path = join(folder, file);
    try {
      return { requests: await readRequests(path, () => Promise.resolve(new Uint8Array())) };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { exitCode: error.exitCode, says: error.message.replaceAll(path, file).split("\n") };
    }
  },
};

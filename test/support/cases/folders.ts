import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { SECRET } from "../recipes.ts";
import { OUT_FILE, type CaseKind } from "./caseKind.ts";
import { secretIn } from "./secretIn.ts";

/** Where the cases are. */
export const CASES_FOLDER = fileURLToPath(new URL("../../cases", import.meta.url));

export const CASE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** The made-up secret of a ticket, and the name that its source has for it. */
const MadeUp = z.object({
  secret: z.string().default(SECRET),
  source: z.object({ secret: z.string().default("") }).default({ secret: "" }),
});

const madeUpOf = (folder: string): readonly string[] => {
  try {
    const { secret, source } = MadeUp.parse(JSON.parse(readFileSync(join(folder, "in.json"), "utf8")));
    return [secret, source.secret];
  } catch {
    // Another kind, or one that says itself what is wrong with it
    return [];
  }
};

/** The names of the cases of a kind. */
export const caseNames = (root: string, { name }: CaseKind): readonly string[] => {
  const folder = join(root, name);
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
};

/**
 * What is wrong with the folder of a case, whatever becomes of what is in it. With `outText` it is the folder as it will be
 * when that is written to out.json.
 */
export const folderProblems = (
  root: string,
  kind: CaseKind,
  name: string,
  outText?: string,
): readonly string[] => {
  const folder = join(root, kind.name, name);
  const problems = CASE_NAME.test(name) ? [] : ["its name must be words of a-z and 0-9 with hyphens between"];
  const files = readdirSync(folder, { withFileTypes: true });
  const inputs = files.filter((file) => file.isFile() && kind.isInput(file.name));
  if (inputs.length === 0) problems.push(`it has nothing that comes in: ${kind.inputs}`);
  if (outText === undefined && !files.some((file) => file.name === OUT_FILE))
    problems.push(`it has no ${OUT_FILE}; npm run record -- --accept ${kind.name}/${name} writes it`);
  const madeUp = [...madeUpOf(folder), ...(kind.madeUp ?? [])];
  const lookFor = (file: string, text: string): void => {
    const what = secretIn(text, madeUp);
    if (what !== undefined)
      problems.push(
        `"${file}" has something in it that looks like ${what}; cases are for everybody to read: put "redacted" there`,
      );
  };
  for (const file of files) {
    if (file.name !== OUT_FILE && !inputs.includes(file))
      problems.push(`"${file.name}" is none of its files: ${kind.inputs}, ${OUT_FILE}`);
    else if (file.name !== OUT_FILE || outText === undefined)
      lookFor(file.name, readFileSync(join(folder, file.name), "latin1"));
  }
  if (outText !== undefined) lookFor(OUT_FILE, outText);
  return problems;
};

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { OUT_FILE, type CaseKind } from "./caseKind.ts";

/** Where the cases are. */
export const CASES_FOLDER = fileURLToPath(new URL("../../cases", import.meta.url));

export const CASE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Three parts with dots between, the first and the second of them JSON: a token, which may still be good. */
const TOKEN = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/;

/** The names of the cases of a kind. */
export const caseNames = (root: string, { name }: CaseKind): readonly string[] => {
  const folder = join(root, name);
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
};

/** What is wrong with the folder of a case, whatever becomes of what is in it. */
export const folderProblems = (root: string, kind: CaseKind, name: string): readonly string[] => {
  const folder = join(root, kind.name, name);
  const problems = CASE_NAME.test(name) ? [] : ["its name must be words of a-z and 0-9 with hyphens between"];
  const files = readdirSync(folder, { withFileTypes: true });
  const inputs = files.filter((file) => file.isFile() && kind.isInput(file.name));
  if (inputs.length === 0) problems.push(`it has nothing that comes in: ${kind.inputs}`);
  if (!files.some((file) => file.name === OUT_FILE))
    problems.push(`it has no ${OUT_FILE}; npm run record -- --accept ${kind.name}/${name} writes it`);
  for (const file of files) {
    if (file.name !== OUT_FILE && !inputs.includes(file))
      problems.push(`"${file.name}" is none of its files: ${kind.inputs}, ${OUT_FILE}`);
    else if (TOKEN.test(readFileSync(join(folder, file.name), "latin1")))
      problems.push(
        `"${file.name}" has something in it that looks like a token; cases are for everybody to read`,
      );
  }
  return problems;
};

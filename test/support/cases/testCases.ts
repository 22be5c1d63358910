import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { OUT_FILE, toOutText, type CaseKind } from "./caseKind.ts";
import { caseNames, CASES_FOLDER, folderProblems } from "./folders.ts";

/** A test for each case of a kind, named after its folder. */
export const testCases = (kind: CaseKind): void => {
  describe(`test/cases/${kind.name}`, () => {
    const names = caseNames(CASES_FOLDER, kind);

    test("has cases", () => {
      expect(names, `there is none; npm run record -- ${kind.name} adds one`).not.toEqual([]);
    });

    test.each(names)("%s", async (name) => {
      expect(folderProblems(CASES_FOLDER, kind, name)).toEqual([]);
      const folder = join(CASES_FOLDER, kind.name, name);
      const file = join(folder, OUT_FILE);
      const wanted = existsSync(file) ? readFileSync(file, "utf8") : "";
      const accept = `npm run record -- --accept ${kind.name}/${name}`;
      expect(toOutText(await kind.run(folder)), `if it is right like this: ${accept}`).toBe(wanted);
    });
  });
};

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { generatedDocs } from "../../scripts/generatedDocs.ts";

test.each([...generatedDocs()])("%s is what the code says (else run npm run docs)", async (file, text) => {
  expect(await readFile(file, "utf8")).toBe(text);
});

/** Pointers at notes that are not here, each in two parts so that this file is none itself. */
const pointers = [
  ["\\bfacts,? ", "sections?\\b"],
  ["\\bfacts, ", "[A-Z]\\.\\d"],
  ["\\bfacts about ", "ticketing"],
  // In a comment: as code it may be a call
  ["(?:^\\s*/?\\*|//).*\\(", "facts\\b"],
  ["\\bour ", "research\\b"],
  ["\\bas ", "researched\\b"],
  ["\\bUN", "VERIFIED\\b"],
  ["\\bhouse", "\\.md\\b"],
  ["\\bdesign, ", "decision \\d"],
  ["\\bshared/", "facts\\b"],
].map((parts) => new RegExp(parts.join("")));

const trackedTexts = async (): Promise<readonly string[]> => {
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z", "*.ts", "*.md", "*.json", "*.yml"]);
  return stdout
    .split("\0")
    .filter((file) => file !== "" && file !== "package-lock.json" && file !== "CHANGELOG.md");
};

test("no text points at notes that are not in the repository: it says the fact, or links a public page", async () => {
  const files = await trackedTexts();
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const));
  const found = texts.flatMap(([file, text]) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        pointers.some((pointer) => pointer.test(line)) ? [`${file}:${index + 1} ${line.trim()}`] : [],
      ),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(found).toEqual([]);
});

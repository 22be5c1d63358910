import { execFile } from "node:child_process";
import { glob, readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { localSettings } from "../../local/localSettings.ts";
import { generatedDocs } from "../../scripts/generatedDocs.ts";
import { Settings } from "../../shared/settings.ts";

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

test.each(Object.keys(Settings.shape))("docs/settings.md says what %s means", async (name) => {
  expect(await readFile("docs/settings.md", "utf8")).toMatch(
    new RegExp(`^\\| \`${name}\` \\| .* \\| .* \\| .+ \\|$`, "m"),
  );
});

test("localSettings has every setting that the parts on this machine read", async () => {
  const names = new Set<string>();
  for await (const file of glob("local/**/*.ts", { exclude: ["local/localSettings.ts"] })) {
    for (const [, name = ""] of (await readFile(file, "utf8")).matchAll(/"(LOCAL_[A-Z_]+)"/g))
      names.add(name);
  }
  expect(localSettings.map(({ name }) => name).toSorted()).toEqual([...names].toSorted());
});

test("local.settings.sample.json names only settings that somebody reads", async () => {
  const sample = await readFile("local.settings.sample.json", "utf8");
  const known = [...Object.keys(Settings.shape), ...localSettings.map(({ name }) => name)];
  const ofTheHost = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsSecretStorageType"];
  const named = [...sample.matchAll(/^ {4}"(\w+)":/gm)].map(([, name = ""]) => name);
  expect(named.filter((name) => ![...known, ...ofTheHost].includes(name))).toEqual([]);
});

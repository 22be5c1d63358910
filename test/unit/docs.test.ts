import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { localSettings } from "../../local/localSettings.ts";
import { generatedDocs } from "../../scripts/generatedDocs.ts";
import { PoisonKind, PoisonState, Status } from "../../shared/ledger/entry/entry.ts";
import { ItemState, OperationKind } from "../../shared/poison/operation.ts";
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

/** Words in backticks that begin like a path of this repository; what users make, such as tickets/, does not. */
const IN_BACKTICKS = /`([^`\n]+)`/g;
const PATH = /^(?:functions|shared|local|cli|bench|test|scripts|docs)\/[\w./-]*$/;
const CODE_BLOCK = /^```.*?^```/gms;

test("every path of this repository that a page names is there", async () => {
  const gone: string[] = [];
  for await (const file of glob(["README.md", "docs/**/*.md"])) {
    const text = (await readFile(file, "utf8")).replaceAll(CODE_BLOCK, "");
    const words = [...text.matchAll(IN_BACKTICKS)].flatMap(([, code = ""]) => code.split(" "));
    const paths = words.filter((word) => PATH.test(word));
    gone.push(...paths.filter((path) => !existsSync(path)).map((path) => `${file} names ${path}`));
  }
  expect(gone).toEqual([]);
});

const readGlossary = async (): Promise<readonly string[]> => {
  const text = await readFile("docs/glossary.md", "utf8");
  return text.slice(text.indexOf("\n- ")).trim().split("\n");
};

test("docs/glossary.md has a line for each word, in alphabetical order and no word twice", async () => {
  const lines = await readGlossary();
  expect(lines.filter((line) => !/^- \*\*[^:]+: \S.*\.$/.test(line))).toEqual([]);
  const words = lines.map((line) =>
    [...(line.split(": ")[0] ?? "").matchAll(/\*\*([^*]+)\*\*/g)].map(([, word = ""]) => word.toLowerCase()),
  );
  const first = words.map(([word = ""]) => word);
  expect(first).toEqual(first.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(words.flat()).toEqual([...new Set(words.flat())]);
});

test.each([
  ...new Set<string>(
    [Status, PoisonState, PoisonKind, OperationKind, ItemState].flatMap(({ options }) => options),
  ),
])("docs/glossary.md explains the value `%s`", async (value) => {
  expect((await readGlossary()).filter((line) => line.includes(`\`${value}\``))).not.toEqual([]);
});

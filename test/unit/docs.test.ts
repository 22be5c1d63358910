import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { generatedDocs } from "../../scripts/generatedDocs.ts";

test.each([...generatedDocs()])("%s is what the code says (else run npm run docs)", async (file, text) => {
  expect(await readFile(file, "utf8")).toBe(text);
});

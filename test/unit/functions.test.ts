import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const files = readdirSync("functions");

test.each(files)("functions/%s registers one function, of its own name", (file) => {
  const text = readFileSync(`functions/${file}`, "utf8");
  const registered = [...text.matchAll(/^functions\.\w+\("(\w+)"/gm)].map(([, name]) => `${name}.ts`);
  expect(registered).toEqual([file]);
});

import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

const COPIED = [
  ".oxlintrc.json",
  ".oxlintrc.rooms.json",
  "package.json",
  "tsconfig.json",
  "functions",
  "shared",
];

const forbidden = [
  ["of a room above", "shared/ledger/lists.ts", 'import "../poison/poison.ts";', "no-restricted-imports"],
  ["past a face", "shared/seats/seats.ts", 'import "../change/reader.ts";', "no-restricted-imports"],
  [
    "of what is only local",
    "shared/vault/secrets.ts",
    'import "../../local/ports.ts";',
    "no-restricted-imports",
  ],
  ["by a function", "functions/health.ts", 'import "../shared/vault/vault.ts";', "no-restricted-imports"],
  [
    "past a face in an inline type",
    "shared/seats/assignSeats.ts",
    'import { type CannotRead as X } from "../change/reader.ts";',
    "no-import-type-side-effects",
  ],
  [
    "in a type expression",
    "shared/sku/resolve.ts",
    'export type F = import("../poison/poison.ts").Poison;',
    "consistent-type-imports",
  ],
  [
    "of a client by a pure room",
    "shared/sku/closest.ts",
    'import "@azure/service-bus";',
    "no-restricted-imports",
  ],
  ["in a circle of types", "shared/sku/wish.ts", 'export type { Catalog } from "./resolve.ts";', "no-cycle"],
] as const;

const lint = (cwd: string): Promise<string> =>
  new Promise((resolve) => {
    const args = [join("node_modules", "oxlint", "bin", "oxlint"), "--format=unix", "functions", "shared"];
    execFile(process.execPath, args, { cwd }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });

let copy: string;
let said: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "license-relay-rooms-"));
  for (const path of COPIED) await cp(path, join(copy, path), { recursive: true });
  await symlink(join(process.cwd(), "node_modules"), join(copy, "node_modules"), "junction");
  for (const [, file, line] of forbidden) await appendFile(join(copy, file), `${line}\n`);
  said = await lint(copy);
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test.each(forbidden)("the linter refuses an import %s", (_, file, _line, rule) => {
  const found = said.split("\n").filter((line) => line.startsWith(`${file}:`) && line.includes(rule));
  expect(found).toHaveLength(1);
});

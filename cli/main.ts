#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { buffer } from "node:stream/consumers";

import { z } from "zod";

import { EXIT } from "./errors.ts";
import type { Output } from "./io.ts";
import { runProgram } from "./program.ts";

const WIDTH = 120;

const Package = z.object({ version: z.string() });
const { version } = Package.parse(
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")),
);

const toOutput = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => {
    stream.write(text);
  },
  isTerminal: stream.isTTY,
  columns: stream.columns ?? WIDTH,
});

// Whoever reads has heard enough (license-relay … | head)
process.stdout.on("error", () => process.exit(EXIT.good));

const abort = new AbortController();
process.once("SIGINT", () => abort.abort());
process.once("SIGTERM", () => abort.abort());

const code = await runProgram(process.argv.slice(2), version, {
  env: process.env,
  out: toOutput(process.stdout),
  err: toOutput(process.stderr),
  readStdin: () => buffer(process.stdin),
  confirm: async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${question} [y/N] `);
    terminal.close();
    return /^y(?:es)?$/i.test(answer.trim());
  },
  signal: abort.signal,
});
process.stdout.write("", () => process.exit(code));

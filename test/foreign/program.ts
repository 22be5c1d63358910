import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll } from "vitest";

/** Packages come from NuGet the first time, which may take a minute; a command gets twice that. */
export const COMMAND_MS = 120_000;
const INSTALL_MS = 3 * COMMAND_MS;
const SAID_LINES = 40;

export type Settings = Readonly<Record<string, string>>;

const quiet: Settings = {
  DOTNET_CLI_TELEMETRY_OPTOUT: "1",
  DOTNET_NOLOGO: "1",
  // Else servers of the compiler stay behind
  MSBUILDDISABLENODEREUSE: "1",
  DOTNET_CLI_USE_MSBUILD_SERVER: "0",
  UseSharedCompilation: "false",
  // Everything that these programs talk to is on this machine, but for NuGet
  NO_PROXY: "127.0.0.1,localhost",
};

/**
 * What a command says; arguments are split at spaces.
 * @throws {Error} with what it said, when it fails or takes longer than COMMAND_MS
 */
export const run = async (folder: string, command: string, settings: Settings): Promise<string> => {
  const [file = "", ...args] = command.split(" ");
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH: path, ...quiet, ...settings };
  try {
    const { stdout } = await promisify(execFile)(file, args, { cwd: folder, env, timeout: COMMAND_MS });
    return stdout;
  } catch (error) {
    // Compilers write their errors to standard output
    const said = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}\n${said.split("\n").slice(-SAID_LINES).join("\n")}`, { cause: error });
  }
};

/** A folder for a program, gone at the end; `prepare` puts there and builds what the program needs. */
export const aFolder = (prepare: (folder: string) => Promise<void>): (() => string) => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "license-relay-foreign-"));
    await prepare(folder);
  }, INSTALL_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
};

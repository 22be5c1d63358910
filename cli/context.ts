import { userInfo } from "node:os";

import type { Command } from "commander";

import { makeClient, type Client } from "./client.ts";
import type { ExitCode } from "./errors.ts";
import type { Io } from "./io.ts";
import type { Format } from "./output.ts";

/** Options that every command has. */
interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly by?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly client: Client;
  readonly format: Format;
  /** Who asks. */
  readonly by: string;
}

/** A command: what it does, and how it ended. */
export type Action = (context: Context) => Promise<ExitCode>;

const formatOf = ({ json, csv }: GlobalOptions): Format => {
  if (json === true) return "json";
  return csv === true ? "csv" : "table";
};

const DEFAULT_URL = "http://localhost:7071";

export const toContext = (command: Command, io: Io): Context => {
  const options = command.optsWithGlobals<GlobalOptions>();
  const { env, signal } = io;
  return {
    io,
    format: formatOf(options),
    by: options.by ?? (env["LICENSE_RELAY_BY"] || userInfo().username),
    client: makeClient({
      url: options.url ?? (env["LICENSE_RELAY_URL"] || DEFAULT_URL),
      key: options.key ?? env["LICENSE_RELAY_KEY"] ?? "",
      signal,
    }),
  };
};

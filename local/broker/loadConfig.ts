import { readFile } from "node:fs/promises";

import { LocalStartError } from "../listen.ts";
import type { BrokerConfig } from "./config.ts";
import { EmulatorConfig } from "./emulatorConfig.ts";
import { findEntityProblems } from "./entityProblems.ts";

const pathOf = (path: readonly PropertyKey[]): string => `/${path.map(String).join("/")}`;

/**
 * Reads entities in the format of the official emulator, with its defaults; times may be shorter than it allows.
 * @throws {LocalStartError} that lists all problems, each with its place
 */
export const readBrokerConfig = (json: unknown): BrokerConfig => {
  const { success, data, error } = EmulatorConfig.safeParse(json);
  const problems = success
    ? findEntityProblems(data)
    : error.issues.map(({ path, message }) => `${pathOf(path)}: ${message}`);
  if (!success || problems.length > 0)
    throw new LocalStartError(`Cannot use these Service Bus entities:\n  ${problems.join("\n  ")}`);
  return data;
};

/** @throws {LocalStartError} when the file cannot be read, is not JSON, or describes no usable entities */
export const loadBrokerConfig = async (file: string): Promise<BrokerConfig> => {
  try {
    return readBrokerConfig(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LocalStartError(`Cannot read ${file}: ${why}`, { cause: error });
  }
};

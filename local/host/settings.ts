import { readFileSync } from "node:fs";

import { z } from "zod";

import { describeError } from "./hostLog.ts";

const LocalSettings = z.object({
  IsEncrypted: z.literal(false, "encrypted settings cannot be read; run func settings decrypt").optional(),
  Values: z.record(z.string(), z.string()).default({}),
});

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`Cannot read "${file}": ${describeError(error)}`, { cause: error });
  }
};

/** The `Values` of a local.settings.json. @throws {Error} that says what is wrong with the file */
export const readLocalSettings = (file: string): Record<string, string> => {
  const { success, data, error } = LocalSettings.safeParse(readJson(file));
  if (!success) throw new Error(`Cannot use "${file}": settings are wrong\n${z.prettifyError(error)}`);
  return data.Values;
};

/** Sets what the environment does not have; an empty text in the file means "not given". Changes `env`. */
export const applySettings = (
  values: Readonly<Record<string, string>>,
  env: Record<string, string | undefined>,
): void => {
  for (const [name, value] of Object.entries(values)) {
    if (value !== "" && env[name] === undefined) env[name] = value;
  }
};

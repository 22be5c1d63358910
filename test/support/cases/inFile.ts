import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

/** The in.json of a folder. @throws {Error} that says in words what is wrong with it */
export const readInFile = async <S extends z.ZodType>(schema: S, folder: string): Promise<z.output<S>> => {
  const { success, data, error } = schema.safeParse(
    JSON.parse(await readFile(join(folder, "in.json"), "utf8")),
  );
  if (!success) throw new Error(`in.json is wrong:\n${z.prettifyError(error)}`);
  return data;
};

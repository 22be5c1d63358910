import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A body, byte for byte: in.body.json, in.body.txt or whatever ending shows what it is. */
export const isBodyFile = (file: string): boolean => /^in\.body\.[a-z0-9]+$/.test(file);

/** The bytes of the body in a folder; undefined when there is none. */
export const readBodyFile = async (folder: string): Promise<Uint8Array | undefined> => {
  const [file, ...others] = (await readdir(folder)).filter(isBodyFile);
  if (others.length > 0) throw new Error(`There are several bodies: ${[file, ...others].join(", ")}`);
  return file === undefined ? undefined : readFile(join(folder, file));
};

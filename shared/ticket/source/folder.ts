import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

/** The folder of the app: the nearest one above with a host.json, for sources and compiled files alike. */
const appFolder = (from: string): string => {
  const parent = dirname(from);
  return existsSync(join(from, "host.json")) || parent === from ? from : appFolder(parent);
};

/** Where the files of the sources are: a relative folder is one of the app. */
export const sourcesFolder = (setting: string): string =>
  isAbsolute(setting) ? setting : join(appFolder(HERE), setting);

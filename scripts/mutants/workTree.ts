import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git", "dist", "coverage", ".local"]);

/** Some tests ask git what is in the repository; nothing writes to either. */
const SHARED = ["node_modules", ".git"] as const;

/** A throw-away copy of the work tree with the same node_modules. */
export const copyWorkTree = async (root: string, onFolder: (copy: string) => void): Promise<void> => {
  const copy = await mkdtemp(join(tmpdir(), "license-relay-mutants-"));
  onFolder(copy);
  await cp(root, copy, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  for (const name of SHARED)
    if (existsSync(join(root, name))) await symlink(join(root, name), join(copy, name), "junction");
};

export const removeWorkTree = (copy: string): Promise<void> => rm(copy, { recursive: true, force: true });

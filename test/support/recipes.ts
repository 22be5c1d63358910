import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { z } from "zod";

const FOLDER = fileURLToPath(new URL("../../docs/tickets", import.meta.url));

/** A page of docs/tickets, taken apart. */
export interface Recipe {
  readonly name: string;
  readonly text: string;
  /** The block behind `<!-- mark -->`. */
  readonly block: (mark: string) => string | undefined;
}

/** The block behind `<!-- mark -->`. */
export const blockOf = (text: string, mark: string): string | undefined =>
  new RegExp(`<!-- ${mark} -->\\n+\`\`\`\\w+\\n(.*?)\`\`\``, "s").exec(text)?.[1];

const pages = readdirSync(FOLDER).filter((file) => file.endsWith(".md") && file !== "README.md");

export const recipes: readonly Recipe[] = pages.map((file) => {
  const text = readFileSync(join(FOLDER, file), "utf8");
  return {
    name: file.replace(/\.md$/, ""),
    text,
    block: (mark) => blockOf(text, mark),
  };
});

export const recipeOf = (name: string): Recipe => {
  const found = recipes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no page docs/tickets/${name}.md`);
  return found;
};

/** The sources of all pages, as files in a new folder. */
export const writeRecipeSources = async (
  change: (name: string, file: Record<string, unknown>) => Record<string, unknown> = (_name, file) => file,
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "license-relay-tickets-"));
  await Promise.all(
    recipes.map(async ({ name, block }) => {
      const file = z.record(z.string(), z.unknown()).parse(JSON.parse(block("source") ?? "{}"));
      await writeFile(join(folder, `${name}.json`), JSON.stringify(change(name, file), undefined, 2));
    }),
  );
  return folder;
};

/** What arrives, with a time of now where the page has one of its day. */
export const deliveryOf = ({ block }: Recipe): string =>
  (block("delivery") ?? "").replace(/("timestamp": )\d{13}/, `$1${Date.now()}`);

/** A secret that every scheme can use. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

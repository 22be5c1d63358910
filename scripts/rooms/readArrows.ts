import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

import { parseSync } from "oxc-parser";

/** One import: from a file to a file, both as paths below the root with "/". */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** It is gone once types are stripped. */
  readonly isType: boolean;
}

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

const importsOf = (file: string, text: string): readonly Import[] => {
  const { module, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`Cannot read ${file}: ${error.message}`);
  const imports = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    isType: entries.length > 0 && entries.every(({ isType }) => isType),
  }));
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [{ specifier: moduleRequest.value, isType }],
    ),
  );
  // A dynamic import names its module by a literal, or by what only running it can tell
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^["'](?<specifier>[^"']+)["']$/.exec(text.slice(start, end))?.groups?.["specifier"];
    return literal === undefined ? [] : [{ specifier: literal, isType: false }];
  });
  return [...imports, ...exports, ...dynamic];
};

/** Every import of an own file by a file of these folders. @throws {Error} for a file that cannot be parsed */
export const readArrows = (root: string, folders: readonly string[]): readonly Arrow[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  )
    .map((file) => file.split(sep).join(posix.sep))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((from) =>
      importsOf(from, readFileSync(join(root, from), "utf8"))
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier, isType }) => ({
          from,
          to: relative(root, join(root, dirname(from), specifier))
            .split(sep)
            .join(posix.sep),
          isType,
        })),
    );

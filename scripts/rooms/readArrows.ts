import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

import { parseSync, Visitor, type Expression } from "oxc-parser";

/** One import: from a file to a file, both as paths below the root with "/". */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Node.js does not follow it: nothing is left of it once types are stripped. */
  readonly isType: boolean;
}

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

/** A text that stands there as it is; undefined for what only running it can tell. */
const textOf = (expression: Expression): string | undefined => {
  if (expression.type === "Literal" && typeof expression.value === "string") return expression.value;
  if (expression.type !== "TemplateLiteral") return undefined;
  const [quasi, ...more] = expression.quasis;
  return more.length === 0 ? (quasi?.value.cooked ?? undefined) : undefined;
};

/** Here every import must be told by reading; elsewhere a computed one is passed over. */
const STRICT = /^(?:shared|functions)\//;

/** Everything by which a file names a module: import, export from, import() of a module and of a type. */
export const importsOf = (file: string, text: string): readonly Import[] => {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`Cannot read ${file}: ${error.message}`);
  const found: Import[] = [];
  const add = (specifier: string, isType: boolean): void => {
    found.push({ specifier, isType });
  };
  new Visitor({
    ImportDeclaration({ source, importKind }) {
      add(source.value, importKind === "type");
    },
    ExportNamedDeclaration({ source, exportKind }) {
      if (source !== null) add(source.value, exportKind === "type");
    },
    ExportAllDeclaration({ source, exportKind }) {
      add(source.value, exportKind === "type");
    },
    TSImportType({ source }) {
      add(source.value, true);
    },
    ImportExpression({ source }) {
      const specifier = textOf(source);
      if (specifier !== undefined) add(specifier, false);
      else if (STRICT.test(file))
        throw new Error(`Cannot tell what ${file} imports; name the module by a text`);
    },
  }).visit(program);
  return found;
};

const toPath = (file: string): string => file.split(sep).join(posix.sep);

/**
 * Every import of an own file by a file of these folders.
 * @throws {Error} for a file that cannot be parsed, or whose imports cannot be told
 */
export const readArrows = (root: string, folders: readonly string[]): readonly Arrow[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  )
    .map(toPath)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((from) =>
      importsOf(from, readFileSync(join(root, from), "utf8"))
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier, isType }) => ({
          from,
          to: toPath(relative(root, join(root, dirname(from), specifier))),
          isType,
        })),
    );

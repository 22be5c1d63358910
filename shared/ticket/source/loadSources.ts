import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import jsonata from "jsonata";
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";

import { readForeignJson } from "../../request/readForeign.ts";
import { SOURCE_NAME, SourceFile, toSource, type Source } from "./source.ts";

/** Thrown when a file of a source cannot be used; the message names every place that is wrong. */
export class SourcesError extends Error {
  override readonly name = "SourcesError";
}

export type Sources = ReadonlyMap<string, Source>;

const FILE_MAX_BYTES = 256 * 1024;

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** A JSON pointer → its keys. */
const pathOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The keys of lists are numbers for the parser. */
const toSegments = (tree: Node, path: readonly string[]): (string | number)[] => {
  const segments: (string | number)[] = [];
  for (const key of path)
    segments.push(findNodeAtLocation(tree, segments)?.type === "array" ? Number(key) : key);
  return segments;
};

/** The line of a path, or of the nearest thing around it that is there. */
const lineAt = (text: string, tree: Node, path: readonly string[]): number => {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = findNodeAtLocation(tree, toSegments(tree, path.slice(0, length)));
    if (node !== undefined)
      return lineOf(text, node.parent?.type === "property" ? node.parent.offset : node.offset);
  }
  return 1;
};

const syntaxProblems = (file: string, text: string, errors: readonly ParseError[]): readonly string[] =>
  errors
    .slice(0, 5)
    .map(
      ({ error, offset }) =>
        `${file}:${lineOf(text, offset)} is not JSON here: ${printParseErrorCode(error)}`,
    );

const expressionProblem = (expression: string): string | undefined => {
  try {
    jsonata(expression);
    return undefined;
  } catch (error) {
    const message: unknown =
      typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
    return typeof message === "string" ? message : "unknown";
  }
};

/** Undefined when there is nothing, or more levels than the parser can go down. */
const toTree = (text: string, errors: ParseError[]): Node | undefined => {
  try {
    return parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return undefined;
  }
};

const readSource = (file: string, name: string, text: string): Source | readonly string[] => {
  const errors: ParseError[] = [];
  const tree = toTree(text, errors);
  if (errors.length > 0 || tree === undefined)
    return errors.length > 0
      ? syntaxProblems(file, text, errors)
      : [`${file}:1 is empty or nested too deeply; it must be an object`];
  const checked = readForeignJson(SourceFile, text);
  if (!checked.ok) {
    return checked.problems.map(({ pointer, detail }) => {
      const path = pathOf(pointer);
      return `${file}:${lineAt(text, tree, path)} ${path.join(".")} ${detail}`;
    });
  }
  const data = checked.value;
  const problems = Object.entries(data.map).flatMap(([field, expression]) => {
    const problem = expressionProblem(expression);
    return problem === undefined
      ? []
      : [`${file}:${lineAt(text, tree, ["map", field])} map.${field} is not JSONata: ${problem}`];
  });
  return problems.length > 0 ? problems : toSource(name, data);
};

const isSource = (read: Source | readonly string[]): read is Source => !Array.isArray(read);

/**
 * Reads every *.json file of a folder. A folder that is not there means that there are no sources.
 * @throws {SourcesError} with everything that is wrong, each with file and line
 */
export const loadSources = (folder: string): Sources => {
  if (!existsSync(folder)) return new Map();
  const problems: string[] = [];
  const sources = new Map<string, Source>();
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  for (const fileName of files.toSorted()) {
    const file = `${basename(folder)}/${fileName}`;
    const name = fileName.replace(/\.json$/, "");
    if (!SOURCE_NAME.test(name)) {
      problems.push(
        `${file} has a name that cannot stand in an address; use a-z, 0-9 and hyphens, at most 30`,
      );
      continue;
    }
    const bytes = readFileSync(join(folder, fileName));
    const read =
      bytes.length > FILE_MAX_BYTES
        ? [`${file} is larger than ${FILE_MAX_BYTES / 1024} KiB`]
        : readSource(file, name, bytes.toString("utf8").replace(/^\uFEFF/, ""));
    if (isSource(read)) sources.set(name, read);
    else problems.push(...read);
  }
  if (problems.length > 0)
    throw new SourcesError(
      `Cannot start: sources of tickets are wrong\n${problems.map((line) => `  ${line}`).join("\n")}`,
    );
  return sources;
};

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";

import { z } from "zod";

import { OUT_FILE, toOutText, type CaseKind } from "./caseKind.ts";
import { CASE_NAME, caseNames, folderProblems } from "./folders.ts";
import { caseKinds } from "./kinds.ts";
import { AnswerInput } from "./partnerCenter.ts";
import { TicketInput } from "./ticket.ts";

/** Thrown for whoever typed the command; the message says what to type instead. */
class RecordError extends Error {
  override readonly name = "RecordError";
}

const HELP = `Records cases: a folder in test/cases with what comes in and, in out.json, what becomes of it.

  npm run record -- ticket <name> <payload file> --source <tickets/x.json> [--header "Name: value"] [--secret text]
  npm run record -- ticket <name> --page <page of docs/tickets>
  npm run record -- partner-center <name> [<body file>] --status 400 [--header "Retry-After: 30"]
  npm run record -- file <name> <file.csv, .json or .jsonl>
  npm run record -- --accept <kind>[/<name>]   writes out.json anew: of one case, or of all of a kind
  npm run record -- --list

  <name>       words of a-z and 0-9 with hyphens between
  --header     once for each; a ticket without --header is signed here, as its sender would
  --secret     of a ticket that came signed: a made-up one, it is checked in
  --received   when it came, such as 2026-01-15T10:00:00Z; else now, for a page the day of its delivery
  -            instead of a file: standard input; of a user, it is JSON as for license-relay submit

Look at what comes out before you commit it. Cases are read by everybody: no secret, no token, no real name.`;

export interface RecordOptions {
  /** The folder of all kinds. */
  readonly root: string;
  readonly write: (text: string) => void;
  readonly stdin: NodeJS.ReadableStream;
  readonly now: () => Date;
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        source: { type: "string" },
        page: { type: "string" },
        header: { type: "string", multiple: true },
        secret: { type: "string" },
        status: { type: "string" },
        received: { type: "string" },
        accept: { type: "string" },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new RecordError(error instanceof Error ? error.message : "wrong arguments");
  }
};
type Values = ReturnType<typeof parse>["values"];

const kindOf = (name: string | undefined): CaseKind => {
  const kind = caseKinds.find((one) => one.name === name);
  if (kind !== undefined) return kind;
  const known = caseKinds.map((one) => one.name).join(", ");
  throw new RecordError(`${name === undefined ? "Name a kind" : `There is no kind "${name}"`}: ${known}`);
};

const readInput = async (file: string, stdin: NodeJS.ReadableStream): Promise<Uint8Array> => {
  if (file === "-") return buffer(stdin);
  try {
    return await readFile(file);
  } catch (error) {
    throw new RecordError(`Cannot read "${file}": ${error instanceof Error ? error.message : "unknown"}`);
  }
};

const headersOf = ({ header = [] }: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(
    header.map((line) => {
      const [, name = "", value = ""] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
      if (name === "") throw new RecordError(`--header "${line}" is not "Name: value"`);
      return [name.toLowerCase(), value];
    }),
  );

const isJson = (bytes: Uint8Array): boolean => {
  try {
    JSON.parse(Buffer.from(bytes).toString("utf8"));
    return true;
  } catch {
    return false;
  }
};

/** What the schema refuses, in words; else the text of in.json, without what is there by default. */
const toInText = (schema: z.ZodType, input: Readonly<Record<string, unknown>>): string => {
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const { success, error } = schema.safeParse(said);
  if (!success) throw new RecordError(`This makes no case:\n${z.prettifyError(error)}`);
  return toOutText(said);
};

/** Name → content. */
type Files = Readonly<Record<string, string | Uint8Array>>;

const bodyFiles = async (file: string | undefined, stdin: NodeJS.ReadableStream): Promise<Files> => {
  if (file === undefined) return {};
  const body = await readInput(file, stdin);
  return { [`in.body.${isJson(body) ? "json" : "txt"}`]: body };
};

const readSource = async (file: string, stdin: NodeJS.ReadableStream): Promise<unknown> => {
  const bytes = await readInput(file, stdin);
  if (!isJson(bytes)) throw new RecordError(`Cannot use "${file}" as a source: it is not JSON`);
  return JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown;
};

/** To the second, as schemas and signatures have it. */
const toTime = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, "Z");

const ticketFiles = async (
  file: string | undefined,
  values: Values,
  { stdin, now }: RecordOptions,
): Promise<Files> => {
  const { source, page, secret, received } = values;
  if (source === undefined && page === undefined)
    throw new RecordError("Give --source, a file as in tickets/, or --page, a page of docs/tickets");
  if (file === undefined && page === undefined)
    throw new RecordError("Give the file with the payload, or - for standard input");
  const headers = headersOf(values);
  const isSigned = Object.keys(headers).length > 0;
  const input = {
    source: source === undefined ? undefined : await readSource(source, stdin),
    page,
    secret,
    ...(isSigned ? { headers } : { sign: true }),
    receivedAt: received ?? (page === undefined ? toTime(now()) : undefined),
  };
  return { "in.json": toInText(TicketInput, input), ...(await bodyFiles(file, stdin)) };
};

const answerFiles = async (
  file: string | undefined,
  values: Values,
  { stdin, now }: RecordOptions,
): Promise<Files> => {
  const { status, received } = values;
  if (status === undefined) throw new RecordError("Give --status, such as --status 400");
  const headers = headersOf(values);
  const hasHeaders = Object.keys(headers).length > 0;
  const input = {
    status: Number(status),
    ...(hasHeaders ? { headers } : {}),
    receivedAt: received ?? (hasHeaders ? toTime(now()) : undefined),
  };
  return { "in.json": toInText(AnswerInput, input), ...(await bodyFiles(file, stdin)) };
};

const userFiles = async (file: string | undefined, { stdin }: RecordOptions): Promise<Files> => {
  if (file === undefined) throw new RecordError("Give the file: .csv, .json or .jsonl");
  const bytes = await readInput(file, stdin);
  return { [`in${file === "-" ? ".json" : extname(file).toLowerCase()}`]: bytes };
};

const filesOf = (
  { name }: CaseKind,
  file: string | undefined,
  values: Values,
  options: RecordOptions,
): Promise<Files> => {
  if (name === "ticket") return ticketFiles(file, values, options);
  if (name === "partner-center") return answerFiles(file, values, options);
  return userFiles(file, options);
};

/** Writes out.json of a case that has its input. */
const writeOut = async ({ root, write }: RecordOptions, kind: CaseKind, name: string): Promise<void> => {
  const folder = join(root, kind.name, name);
  if (!existsSync(folder)) {
    const known = caseNames(root, kind).join(", ");
    throw new RecordError(`There is no case ${kind.name}/${name}; there are: ${known || "none"}`);
  }
  const text = toOutText(await kind.run(folder));
  const problems = folderProblems(root, kind, name, text);
  if (problems.length > 0) throw new RecordError(`${kind.name}/${name}: ${problems.join("\n")}`);
  await writeFile(join(folder, OUT_FILE), text);
  write(`${kind.name}/${name}/${OUT_FILE}\n${text}`);
};

const acceptCases = async (options: RecordOptions, target: string): Promise<void> => {
  const [kindName, name, ...more] = target.split("/");
  const kind = kindOf(kindName);
  if (more.length > 0 || (name !== undefined && !CASE_NAME.test(name)))
    throw new RecordError(
      `"${target}" is neither a kind nor a case: write ${kind.name} or ${kind.name}/<name>`,
    );
  const names = name === undefined ? caseNames(options.root, kind) : [name];
  if (names.length === 0) throw new RecordError(`There is no case of the kind "${kind.name}" yet`);
  for (const one of names) await writeOut(options, kind, one);
};

const addCase = async (
  options: RecordOptions,
  kind: CaseKind,
  { name = "", file, values }: { name: string | undefined; file: string | undefined; values: Values },
): Promise<void> => {
  if (!CASE_NAME.test(name))
    throw new RecordError(`"${name}" is no name for a case: words of a-z and 0-9 with hyphens between`);
  const folder = join(options.root, kind.name, name);
  if (existsSync(folder)) throw new RecordError(`There is a case ${kind.name}/${name} already`);
  const files = await filesOf(kind, file, values, options);
  const strange = Object.keys(files).filter((one) => !kind.isInput(one));
  if (strange.length > 0) throw new RecordError(`Cannot keep ${strange.join()}: it must be ${kind.inputs}`);
  await mkdir(folder, { recursive: true });
  try {
    for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
    await writeOut(options, kind, name);
  } catch (error) {
    // Half a case would make the tests fail
    await rm(folder, { recursive: true });
    throw error;
  }
};

const listCases = async ({ root, write }: RecordOptions): Promise<void> => {
  for (const kind of await readdir(root)) {
    for (const name of await readdir(join(root, kind))) write(`${kind}/${name}\n`);
  }
};

/** Does what the arguments say. @returns the exit code; what went wrong has been written */
export const record = async (args: readonly string[], options: RecordOptions): Promise<number> => {
  try {
    const { values, positionals } = parse(args);
    const [kindName, name, file, ...more] = positionals;
    if (more.length > 0) throw new RecordError(`What is "${more.join(" ")}"? Quote what has spaces`);
    if (values.help === true || args.length === 0) options.write(`${HELP}\n`);
    else if (values.list === true) await listCases(options);
    else if (values.accept !== undefined) await acceptCases(options, values.accept);
    else await addCase(options, kindOf(kindName), { name, file, values });
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown";
    options.write(`Cannot record: ${message}\n${error instanceof RecordError ? "--help says more\n" : ""}`);
    return 2;
  }
};

import { readFile, stat } from "node:fs/promises";

import { parse as parseCsv } from "csv-parse/sync";

import { derivedId } from "../shared/request/derivedId.ts";
import { isGuid } from "../shared/request/guid.ts";
import { parseRequest } from "../shared/request/parse.ts";
import { parseJson } from "../shared/request/parseJson.ts";
import type { LicenseRequest } from "../shared/request/schema.ts";
import { CliError, EXIT } from "./errors.ts";

const FILE_MAX_BYTES = 50 * 1024 * 1024;
const ROWS_MAX = 100_000;
const PROBLEMS_SHOWN = 50;

/** One request of a file, as it is before it is checked. */
interface Draft {
  /** "row 3", "line 7": where a person finds it. */
  readonly place: string;
  readonly body: unknown;
}

const readBytes = async (file: string, readStdin: () => Promise<Uint8Array>): Promise<Uint8Array> => {
  if (file === "-") return readStdin();
  try {
    const { size } = await stat(file);
    if (size > FILE_MAX_BYTES)
      throw new CliError(EXIT.usage, `Cannot read "${file}": more than 50 MB; split it`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new CliError(
      EXIT.usage,
      `Cannot read "${file}": ${code === "ENOENT" ? "there is no such file" : code}`,
    );
  }
};

const COLUMNS = [
  "requestId",
  "customerId",
  "userId",
  "assign",
  "remove",
  "usageLocation",
  "waitForSeats",
  "ticketSystem",
  "ticketId",
  "requestedBy",
];

const listOf = (text = ""): readonly string[] => text.split(/[\s;]+/).filter((part) => part !== "");

const fromCsvRow = (row: Readonly<Record<string, string>>): unknown => {
  const { requestId, customerId, userId, assign, remove, ticketSystem, ticketId, requestedBy } = row;
  const { usageLocation, waitForSeats } = row;
  const assigned = listOf(assign).map((name) => (isGuid(name) ? { skuId: name } : { sku: name }));
  const removed = listOf(remove).map((name) => (isGuid(name) ? name : { sku: name }));
  return {
    ...(requestId ? { requestId } : {}),
    ...(customerId ? { customerId } : {}),
    ...(userId ? { userId } : {}),
    ...(assigned.length > 0 ? { licensesToAssign: assigned } : {}),
    ...(removed.length > 0 ? { licensesToRemove: removed } : {}),
    ...(usageLocation ? { usageLocation } : {}),
    ...(waitForSeats ? { waitForSeats } : {}),
    ...(ticketSystem || ticketId ? { ticket: { system: ticketSystem ?? "", id: ticketId ?? "" } } : {}),
    ...(requestedBy ? { requestedBy } : {}),
  };
};

const readCsv = (file: string, text: string): readonly Draft[] => {
  const toHeader = (header: string[]): string[] => {
    const names = header.map((name) =>
      COLUMNS.find((known) => known.toLowerCase() === name.toLowerCase().trim()),
    );
    const unknown = header.filter((_, index) => names[index] === undefined);
    if (unknown.length > 0) {
      throw new CliError(
        EXIT.usage,
        `Cannot read "${file}": no column is called "${unknown.join('", "')}"; use ${COLUMNS.join(", ")}`,
      );
    }
    return names.flatMap((name) => name ?? []);
  };
  try {
    const rows = parseCsv<Record<string, string>>(text, {
      columns: toHeader,
      bom: true,
      skip_empty_lines: true,
      trim: true,
    });
    return rows.map((row, index) => ({ place: `row ${index + 2}`, body: fromCsvRow(row) }));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(
      EXIT.usage,
      `Cannot read "${file}": ${error instanceof Error ? error.message : "not CSV"}`,
    );
  }
};

const readJsonLines = (file: string, text: string): readonly Draft[] =>
  text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const json = parseJson(Buffer.from(line));
    if (json.ok) return [{ place: `line ${index + 1}`, body: json.value }];
    throw new CliError(EXIT.usage, `Cannot read "${file}": line ${index + 1} ${json.detail}`);
  });

const readJson = (file: string, bytes: Uint8Array): readonly Draft[] => {
  const json = parseJson(bytes);
  if (!json.ok) throw new CliError(EXIT.usage, `Cannot read "${file}": it ${json.detail}`);
  if (!Array.isArray(json.value)) return [{ place: "the request", body: json.value }];
  return json.value.map((body: unknown, index) => ({ place: `request ${index + 1}`, body }));
};

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Made of what the request says and of its place: the same file sent twice asks for the same. */
const withId = ({ body }: Draft, index: number): unknown =>
  isObject(body) && !("requestId" in body)
    ? { requestId: derivedId("cli", String(index), JSON.stringify(body)), ...body }
    : body;

const sameIds = (requests: readonly LicenseRequest[], drafts: readonly Draft[]): readonly string[] => {
  const seen = new Map<string, string>();
  return requests.flatMap(({ requestId }, index) => {
    const place = drafts[index]?.place ?? "";
    const first = seen.get(requestId);
    seen.set(requestId, first ?? place);
    return first === undefined ? [] : [`${place}: /requestId is the same as in ${first}; give each its own`];
  });
};

/**
 * The requests of a file: .json (one or a list), .jsonl, .csv, or JSON from standard input with "-".
 * @throws {CliError} with everything that is wrong in the whole file
 */
export const readRequests = async (
  file: string,
  readStdin: () => Promise<Uint8Array>,
): Promise<readonly LicenseRequest[]> => {
  const bytes = await readBytes(file, readStdin);
  const text = Buffer.from(bytes).toString("utf8");
  const drafts = /\.csv$/i.test(file)
    ? readCsv(file, text)
    : /\.jsonl$/i.test(file)
      ? readJsonLines(file, text)
      : readJson(file, bytes);
  if (drafts.length > ROWS_MAX)
    throw new CliError(EXIT.usage, `Cannot send "${file}": more than ${ROWS_MAX} requests; split it`);
  if (drafts.length === 0) throw new CliError(EXIT.usage, `Cannot send "${file}": there is no request in it`);
  const parsed = drafts.map((draft, index) => parseRequest(withId(draft, index)));
  const wrong = parsed.flatMap((one, index) =>
    one.ok
      ? []
      : one.problems.map(({ pointer, detail }) => `${drafts[index]?.place ?? ""}: ${pointer} ${detail}`),
  );
  const requests = parsed.flatMap((one) => (one.ok ? [one.request] : []));
  const problems = wrong.length > 0 ? wrong : sameIds(requests, drafts);
  if (problems.length === 0) return requests;
  const more = problems.length > PROBLEMS_SHOWN ? [`and ${problems.length - PROBLEMS_SHOWN} more`] : [];
  throw new CliError(
    EXIT.usage,
    [
      `Cannot send "${file}": nothing was sent, because of`,
      ...problems.slice(0, PROBLEMS_SHOWN),
      ...more,
    ].join("\n  "),
  );
};

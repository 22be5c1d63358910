import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { SourceFile, toSource, type Source } from "../../shared/ticket/source/source.ts";

const FOLDER = fileURLToPath(new URL("../../docs/tickets", import.meta.url));
/** A secret that every scheme can use. */
export const TICKET_SECRET = `whsec_${Buffer.from("what tickets are signed with here").toString("base64")}`;

/** A ticketing system: its file in tickets/, and a delivery of it. */
export interface TicketSample {
  readonly name: string;
  readonly file: SourceFile;
  readonly source: Source;
  readonly delivery: unknown;
}

const blockOf = (page: string, mark: string): unknown => {
  const text = new RegExp(`<!-- ${mark} -->\\n+\`\`\`\\w+\\n(.*?)\`\`\``, "s").exec(page)?.[1];
  return text === undefined ? undefined : JSON.parse(text);
};

/** Every ticketing system that has a page in docs/tickets, in the order of their names. */
export const ticketSamples: readonly TicketSample[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".md"))
  .toSorted()
  .flatMap((name) => {
    const page = readFileSync(join(FOLDER, name), "utf8");
    const [file, delivery] = [blockOf(page, "source"), blockOf(page, "delivery")];
    if (file === undefined || delivery === undefined) return [];
    const source = name.replace(/\.md$/, "");
    const parsed = SourceFile.parse(file);
    return [{ name: source, file: parsed, source: toSource(source, parsed), delivery }];
  });

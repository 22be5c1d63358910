import { z } from "zod";

import { makeReadTicket } from "../../../shared/ticket/in/readTicket.ts";
import { signDelivery } from "../../../shared/ticket/in/sign.ts";
import type { TicketDelivery } from "../../../shared/ticket/in/verify.ts";
import { evaluate } from "../../../shared/ticket/mapping/evaluate.ts";
import { SourceFile, toSource, type Source } from "../../../shared/ticket/source/source.ts";
import { fakeClock } from "../fakeClock.ts";
import { recipeOf, SECRET } from "../recipes.ts";
import { isBodyFile, readBodyFile } from "./bodyFile.ts";
import type { CaseKind } from "./caseKind.ts";
import { readInFile } from "./inFile.ts";

/** The day on which the deliveries of docs/tickets arrive. */
const AT = "2026-01-15T10:00:00Z";
/** Cases do not differ in the name of the source. */
const SOURCE_NAME = "desk";

/** in.json of a ticket: where the delivery arrives, and how it is signed. */
export const TicketInput = z
  .strictObject({
    source: z.record(z.string(), z.unknown()).optional().describe("As a file of tickets/"),
    page: z.string().optional().describe("The page of docs/tickets whose source and delivery these are"),
    secret: z.string().default(SECRET).describe("Made up: what the delivery is checked with"),
    sign: z.boolean().default(false).describe("Sign the body as the sender would"),
    deliveryId: z.string().default("msg_1").describe("The id that is signed, where senders sign one"),
    headers: z.record(z.string(), z.string()).default({}).describe("As they came, the signature among them"),
    receivedAt: z.iso.datetime().default(AT),
  })
  .refine(
    ({ source, page }) => (source === undefined) !== (page === undefined),
    "must have either source, as a file of tickets/, or page, the name of a page of docs/tickets",
  );
export type TicketInput = z.output<typeof TicketInput>;

const pageBlock = (page: string, mark: "source" | "delivery"): string => {
  const block = recipeOf(page).block(mark);
  if (block === undefined) throw new Error(`docs/tickets/${page}.md has no block "${mark}"`);
  return block;
};

const sourceOf = ({ source, page }: TicketInput): Source => {
  const file: unknown = page === undefined ? source : JSON.parse(pageBlock(page, "source"));
  const { success, data, error } = SourceFile.safeParse(file);
  if (!success) throw new Error(`The source is wrong:\n${z.prettifyError(error)}`);
  return toSource(SOURCE_NAME, data);
};

const bodyOf = async (folder: string, { page }: TicketInput): Promise<Uint8Array> => {
  const body = await readBodyFile(folder);
  if (body === undefined && page === undefined) throw new Error("There is no in.body.json with what arrived");
  return body ?? Buffer.from(pageBlock(page ?? "", "delivery"));
};

const deliveryOf = (input: TicketInput, { scheme }: Source, body: Uint8Array): TicketDelivery => {
  const { sign, secret, deliveryId, receivedAt } = input;
  const signature = sign ? signDelivery(scheme, { secret, body, at: new Date(receivedAt), deliveryId }) : {};
  const headers = new Headers({ ...signature, ...input.headers });
  return { body, header: (name) => headers.get(name) ?? undefined };
};

/**
 * A delivery of a ticketing system → whether it is from who it says, and what it asks for: all of the way but for the
 * thread in which expressions are evaluated.
 */
export const ticketCases: CaseKind = {
  name: "ticket",
  isInput: (file) => file === "in.json" || isBodyFile(file),
  inputs: "in.json, in.body.*",
  async run(folder) {
    const input = await readInFile(TicketInput, folder);
    const source = sourceOf(input);
    const delivery = deliveryOf(input, source, await bodyOf(folder, input));
    const { verify, map } = makeReadTicket({
      clock: fakeClock(Date.parse(input.receivedAt)),
      secrets: { of: () => Promise.resolve([input.secret]) },
      readSigningKey: () => Promise.reject(new Error("A case fetches no signing key: name a secret")),
      evaluate,
    });
    const signature = await verify(source, delivery);
    // Whoever did not sign is not heard
    if (signature.kind !== "verified") return { signature };
    return { signature, asks: await map(source, delivery, signature.deliveryId) };
  },
};

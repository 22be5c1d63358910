import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

import { TicketCheckView } from "../../shared/http/api/views.ts";
import { profileOf, profiles, type ProfileName } from "../../shared/ticket/in/profiles.ts";
import type { Scheme } from "../../shared/ticket/in/scheme.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import type { Action, Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { printRows, type Column } from "../output.ts";

export interface CheckTicketOptions {
  readonly profile?: string;
  readonly secretHeader?: string;
}

const isProfile = (name: string): name is ProfileName => Object.hasOwn(profiles, name);

const schemeOf = (source: string, { profile = source, secretHeader }: CheckTicketOptions): Scheme => {
  if (!isProfile(profile)) {
    const known = Object.keys(profiles).join(", ");
    throw new CliError(
      EXIT.usage,
      `Cannot sign as "${profile}": not a profile; give --profile, one of ${known}`,
    );
  }
  const { scheme } = profileOf(profile);
  return scheme.kind === "sharedSecret" && secretHeader !== undefined
    ? { ...scheme, header: secretHeader, prefix: "" }
    : scheme;
};

const readBody = async (file: string, { io }: Context): Promise<Uint8Array> => {
  if (file === "-") return io.readStdin();
  try {
    return await readFile(file);
  } catch {
    throw new CliError(EXIT.usage, `Cannot read "${file}": not a file that can be read`);
  }
};

const sign = (scheme: Scheme, secret: string, body: Uint8Array): Readonly<Record<string, string>> => {
  try {
    return signDelivery(scheme, { secret, body, at: new Date(), deliveryId: randomUUID() });
  } catch {
    throw new CliError(
      EXIT.usage,
      "Cannot sign: LICENSE_RELAY_TICKET_SECRET is not a secret of this kind; it is whsec_ and Base64",
    );
  }
};

interface Row {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

const columns: readonly Column<Row>[] = [
  { name: "what", of: ({ what }) => what, width: 12 },
  { name: "good", of: ({ ok }) => (ok ? "yes" : "NO"), width: 7 },
  { name: "detail", of: ({ detail }) => detail, width: { share: 1 } },
];

const mappingDetail = ({ ignored, errors = [], request }: TicketCheckView["mapping"]): string => {
  if (ignored !== undefined) return ignored;
  if (request !== undefined) return JSON.stringify(request, undefined, 1);
  return errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join("\n");
};

const toRows = ({ signature, clock, mapping, wouldAnswer }: TicketCheckView): readonly Row[] => [
  { what: "signature", ...signature },
  { what: "clock", ok: clock.ok, detail: clock.detail },
  { what: "mapping", ok: mapping.ok, detail: mappingDetail(mapping) },
  { what: "answer", ok: wouldAnswer < 300, detail: String(wouldAnswer) },
];

/** license-relay ticket check SOURCE FILE */
export const checkTicket =
  (source: string, file: string, options: CheckTicketOptions): Action =>
  async (context) => {
    const { client, io, format } = context;
    const secret = io.env["LICENSE_RELAY_TICKET_SECRET"];
    const isSigned = secret !== undefined && secret !== "";
    const scheme = isSigned ? schemeOf(source, options) : undefined;
    const bytes = await readBody(file, context);
    const signature = isSigned && scheme !== undefined ? sign(scheme, secret, bytes) : {};
    const view = await client.sendBytes(TicketCheckView, `tickets/${encodeURIComponent(source)}/check`, {
      bytes,
      headers: { "content-type": "application/json", ...signature },
    });
    if (format === "json") io.out.write(`${JSON.stringify(view)}\n`);
    else printRows(io.out, format, toRows(view), columns);
    return view.wouldAnswer < 300 ? EXIT.good : EXIT.failed;
  };

import { createServer, type IncomingMessage } from "node:http";

import { Webhook } from "standardwebhooks";

import { closeServer } from "../closeServer.ts";
import { listen } from "../listen.ts";
import { readBody } from "../readBody.ts";

/** One call that the ticketing system got. */
export interface Note {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the signature is good; undefined when nobody signed. */
  readonly isSigned: boolean | undefined;
  /** The sentence for people, when there is one. */
  readonly message: string | undefined;
}

/** How calls are answered. */
export interface DeskAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answers. */
  readonly hangs?: boolean;
}

/** A ticketing system that takes notes on its tickets. */
export interface Desk {
  readonly url: string;
  readonly notes: () => readonly Note[];
  /** Notes on one ticket: calls to /tickets/<id>. */
  readonly notesOn: (ticketId: string) => readonly Note[];
  /** Answers so from now on; undefined: takes everything. */
  readonly answer: (answer: DeskAnswer | undefined) => void;
  close(): Promise<void>;
}

export interface DeskOptions {
  readonly port: number;
  /** What callbacks are signed with: `whsec_…`. */
  readonly secret: string;
  readonly onNote?: (note: Note) => void;
}

const BODY_MAX = 1024 * 1024;

const toHeaders = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );

const isSigned = (
  headers: Readonly<Record<string, string>>,
  body: string,
  secret: string,
): boolean | undefined => {
  if (headers["webhook-signature"] === undefined) return undefined;
  try {
    new Webhook(secret).verify(body, { ...headers });
    return true;
  } catch {
    return false;
  }
};

const messageOf = (body: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    const message: unknown =
      typeof value === "object" && value !== null && "message" in value ? value.message : undefined;
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
};

export const startDesk = async ({ port, secret, onNote }: DeskOptions): Promise<Desk> => {
  const notes: Note[] = [];
  let answer: DeskAnswer | undefined;

  const server = createServer((request, response) => {
    const take = async (): Promise<void> => {
      const bytes = await readBody(request, BODY_MAX);
      const body = bytes === "tooLarge" ? "" : bytes.toString("utf8");
      const headers = toHeaders(request);
      const { method = "", url: path = "" } = request;
      const note = {
        method,
        path,
        headers,
        body,
        isSigned: isSigned(headers, body, secret),
        message: messageOf(body),
      };
      notes.push(note);
      if (answer?.hangs === true) return;
      if (answer === undefined) onNote?.(note);
      response.writeHead(answer?.status ?? 204, { ...answer?.headers });
      response.end(answer?.body);
    };
    take().catch(() => response.destroy());
  });
  const actualPort = await listen(server, { part: "Ticketing system", setting: "LOCAL_DESK_PORT", port });
  return {
    url: `http://127.0.0.1:${actualPort}`,
    notes: () => notes,
    notesOn: (ticketId) => notes.filter(({ path }) => path === `/tickets/${encodeURIComponent(ticketId)}`),
    answer: (next) => {
      answer = next;
    },
    close: () => closeServer(server),
  };
};

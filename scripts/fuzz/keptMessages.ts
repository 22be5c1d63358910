import type { Server } from "node:http";

import { z } from "zod";

import type { MessageSource } from "../../local/host/serviceBusBinding.ts";
import {
  LICENSE_OPERATIONS,
  LICENSE_UPDATES,
  LICENSE_UPDATES_POISON,
} from "../../shared/message/entities.ts";
import { fromPoison } from "../../shared/message/fromPoison.ts";
import { fromTrigger } from "../../shared/message/fromTrigger.ts";
import { keyOfMessage } from "../../shared/message/poisonMessage.ts";
import { parseRequestBytes } from "../../shared/request/parse.ts";
import type { Findings } from "./findings.ts";
import { inject, type Injected } from "./inject.ts";

/** Remembers messages that break the contract, and looks in the end whether each is kept as one poison message. */
export interface KeptMessages {
  /** A function has taken a message, or the broker has one for it. */
  readonly taken: (source: MessageSource, message: unknown, metadata: unknown) => void;
  /** Adds what is missing, or there twice, to the findings. @returns what was looked at, for people */
  readonly check: (server: Server, key: string, findings: Findings) => Promise<string>;
}

const Groups = z.object({ groups: z.array(z.object({ category: z.string() })) });
const Page = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().optional() });

const isObject = (body: Uint8Array): boolean => {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
};

const breaksContract = ({ entity, isDeadLetter }: MessageSource, body: Uint8Array): boolean => {
  if (entity === LICENSE_OPERATIONS) return false;
  if (entity === LICENSE_UPDATES && !isDeadLetter) return !parseRequestBytes(body).ok;
  return !isObject(body);
};

/** The id under which a message has to be found; undefined when it breaks no contract. */
const idOf = (source: MessageSource, message: unknown, metadata: unknown): string | undefined => {
  if (source.entity === LICENSE_UPDATES_POISON)
    return fromPoison(message, metadata, new Date().toISOString()).id;
  const delivery = fromTrigger(message, metadata);
  return breaksContract(source, delivery.body) ? keyOfMessage(delivery).id : undefined;
};

const get = (server: Server, key: string, target: string): Promise<Injected> =>
  inject(server, {
    method: "GET",
    target,
    headers: [
      ["host", "localhost"],
      ["x-functions-key", key],
    ],
    body: Buffer.alloc(0),
  });

const read = async <S extends z.ZodType>(
  server: Server,
  key: string,
  target: string,
  schema: S,
): Promise<z.output<S>> => {
  const answer = await get(server, key, target);
  if (answer.status !== 200) throw new Error(`GET ${target} was answered ${answer.status}: ${answer.body()}`);
  return schema.parse(JSON.parse(answer.body()));
};

const readIds = async (server: Server, key: string): Promise<ReadonlyMap<string, number>> => {
  const ids = new Map<string, number>();
  for (const state of ["open", "discarded"]) {
    const { groups } = await read(server, key, `/api/poison?state=${state}`, Groups);
    for (const category of new Set(groups.map((group) => group.category))) {
      let target: string | undefined =
        `/api/poison?${new URLSearchParams({ category, state, limit: "200" }).toString()}`;
      while (target !== undefined) {
        const page: z.output<typeof Page> = await read(server, key, target, Page);
        for (const { id } of page.items) ids.set(id, (ids.get(id) ?? 0) + 1);
        const next = page.next === undefined ? undefined : new URL(page.next);
        target = next === undefined ? undefined : `${next.pathname}${next.search}`;
      }
    }
  }
  return ids;
};

export const makeKeptMessages = (): KeptMessages => {
  const expected = new Map<string, string>();
  return {
    taken: (source, message, metadata) => {
      const id = idOf(source, message, metadata);
      if (id !== undefined && !expected.has(id)) expected.set(id, source.entity);
    },
    check: async (server, key, findings) => {
      const there = await readIds(server, key);
      for (const [id, entity] of expected)
        // The lists leave out what needs nobody any more: its request has been applied
        if (!there.has(id) && (await get(server, key, `/api/poison/${id}`)).status !== 200)
          findings.add({ kind: "not kept", where: entity, detail: `no poison message has the id "${id}"` });
      for (const [id, times] of there)
        if (times > 1)
          findings.add({
            kind: "kept twice",
            where: "the list of poison messages",
            detail: `"${id}" is there ${times} times`,
          });
      return `messages that break the contract: ${expected.size}, each looked for among ${there.size} poison messages`;
    },
  };
};

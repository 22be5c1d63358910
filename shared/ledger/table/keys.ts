import { createHash } from "node:crypto";

const LAST_MS = 9_999_999_999_999;

/** A time as the beginning of a key: the newest comes first. */
export const newestFirst = (at: string): string =>
  String(LAST_MS - Date.parse(at)).padStart(String(LAST_MS).length, "0");

/** A time as the beginning of a key: the oldest comes first. */
export const oldestFirst = (at: string): string =>
  String(Date.parse(at)).padStart(String(LAST_MS).length, "0");

/** A text of any characters as a part of a key. */
export const hashKey = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** The poison index has so many partitions a state, so that no single one carries all. */
const SHARDS = 16;

/** The shard of an id, two digits. */
export const shardOf = (id: string): string =>
  String(createHash("sha256").update(id).digest().readUInt8(0) % SHARDS).padStart(2, "0");

/** All shards of a state. */
export const shardsOf = (state: string): readonly string[] =>
  Array.from({ length: SHARDS }, (_, index) => `${state}~${String(index).padStart(2, "0")}`);

/** A value inside a filter of the table service. */
export const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A key with a token that may stand in a URL. */
export const toToken = (key: string): string => Buffer.from(key, "utf8").toString("base64url");

/** The key of a token; undefined when it is none. */
export const fromToken = (token: string): string | undefined => {
  const key = Buffer.from(token, "base64url").toString("utf8");
  return /^[\w.:~-]{1,200}$/.test(key) ? key : undefined;
};

import { z } from "zod";

import { readForeignJson } from "../request/readForeign.ts";
import { boundProperties, type MessageProperties } from "./boundProperties.ts";

/** In front of the JSON: a text that is nothing but JSON would be taken apart by the host, and its names changed. */
const PREFIX = "json:";
/** All headers of a message may have 64 KiB together. */
const CHARACTERS_MAX = 8 * 1024;

const Properties = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Application properties → one property of a poison message; undefined when there are none. */
export const toOriginalProperties = (properties: MessageProperties = {}): string | undefined =>
  Object.keys(properties).length === 0
    ? undefined
    : PREFIX + JSON.stringify(boundProperties(properties, CHARACTERS_MAX));

/** The property of a poison message → application properties; undefined when it is none of ours. */
export const fromOriginalProperties = (text: unknown): MessageProperties | undefined => {
  if (typeof text !== "string" || !text.startsWith(PREFIX)) return undefined;
  const read = readForeignJson(Properties, text.slice(PREFIX.length));
  return read.ok ? read.value : undefined;
};

import { z } from "zod";

import { atLeast, atMost } from "../../request/length.ts";
import { readForeignJson } from "../../request/readForeign.ts";
import { WebError } from "./errors.ts";
import type { SendWeb } from "./send.ts";

/** Signing keys by the address that gives them out. @throws {WebError} */
export type ReadSigningKey = (url: URL, isTrusted: boolean) => Promise<string>;

const KEEP_MS = 60 * 60_000;
/** An address that gave no key is not asked again for so long: 5 s are all the time there is. */
const FAILED_MS = 30_000;
const KNOWN_MAX = 50;
/** New addresses that are asked in a minute: a flood of forged deliveries must not become one of calls. */
const ASKED_MAX = 20;
const ASKED_MS = 60_000;

const Answer = z.object({ signing_key: z.string().check(atLeast(1), atMost(4096)) });

interface Known {
  readonly key: Promise<string>;
  readonly untilMs: number;
}

/**
 * Keys as ConnectWise gives them out: GET → { "signing_key" }.
 * https://github.com/NangoHQ/nango/blob/master/packages/server/lib/webhook/connectwise-psa-webhook-routing.ts
 */
export const makeReadSigningKey = (send: SendWeb, now: () => number): ReadSigningKey => {
  const known = new Map<string, Known>();
  let asked: readonly number[] = [];

  const read = async (url: URL, isTrusted: boolean): Promise<string> => {
    const { status, text } = await send({
      url,
      method: "GET",
      headers: { accept: "application/json" },
      isTrusted,
    });
    const answer = readForeignJson(Answer, text);
    if (status === 200 && answer.ok) return answer.value.signing_key;
    throw new WebError("unreachable", `"${url.host}" gave no signing key (status ${status})`);
  };

  return (url, isTrusted) => {
    const found = known.get(url.href);
    if (found !== undefined && now() < found.untilMs) return found.key;
    asked = [...asked.filter((atMs) => atMs > now() - ASKED_MS), now()];
    if (asked.length > ASKED_MAX)
      return Promise.reject(
        new WebError("blocked", "too many different addresses of signing keys were named"),
      );
    // Addresses come from bodies that nobody has checked yet: they must not fill the memory
    if (known.size >= KNOWN_MAX) known.clear();
    const key = read(url, isTrusted);
    known.set(url.href, { key, untilMs: now() + KEEP_MS });
    key.catch(() => known.set(url.href, { key, untilMs: now() + FAILED_MS }));
    return key;
  };
};

import { createServer, type Server } from "node:http";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { closeServer } from "../../local/closeServer.ts";
import { listen } from "../../local/listen.ts";
import { profileOf } from "../../shared/ticket/in/profiles.ts";
import { makeReadTicket } from "../../shared/ticket/in/readTicket.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import { makeEvaluate } from "../../shared/ticket/mapping/mapper.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { WebError } from "../../shared/ticket/web/errors.ts";
import { makeSendWeb } from "../../shared/ticket/web/send.ts";
import { makeReadSigningKey } from "../../shared/ticket/web/signingKeys.ts";
import { makeSharedSecrets } from "../../shared/vault/sharedSecrets.ts";
import { fakeClock } from "../support/fakeClock.ts";

let server: Server;
let url: URL;
let calls = 0;
let answer: { status: number; body: string; headers?: Record<string, string> };
beforeAll(async () => {
  server = createServer((_request, response) => {
    calls += 1;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  const port = await listen(server, { part: "test", setting: "-", port: 0 });
  url = new URL(`http://127.0.0.1:${port}/key`);
});
afterAll(() => closeServer(server));
beforeEach(() => {
  calls = 0;
  answer = { status: 200, body: '{"signing_key":"cw-signing-key"}' };
});

const send = makeSendWeb({ timeoutMs: 1000, hosts: undefined, allowLoopback: true });
const aReader = (clock = fakeClock()) => makeReadSigningKey(send, clock.now);

describe("makeReadSigningKey()", () => {
  test("reads a key once for all who wait, and keeps it for an hour", async () => {
    const clock = fakeClock();
    const read = aReader(clock);
    expect(await Promise.all([read(url, false), read(url, false)])).toEqual([
      "cw-signing-key",
      "cw-signing-key",
    ]);
    clock.pass(59 * 60_000);
    await read(url, false);
    expect(calls).toBe(1);
    clock.pass(2 * 60_000);
    await read(url, false);
    expect(calls).toBe(2);
  });

  test.each([
    ["no key", { status: 200, body: "{}" }],
    ["an empty key", { status: 200, body: '{"signing_key":""}' }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["an error", { status: 500, body: '{"signing_key":"x"}' }],
    ["a redirect", { status: 302, body: "", headers: { location: "https://example.com/" } }],
    ["too much", { status: 200, body: JSON.stringify({ signing_key: "x", pad: "x".repeat(100_000) }) }],
  ])("takes %s for no key, and does not ask again at once", async (_name, given) => {
    answer = given;
    const read = aReader();
    await expect(read(url, false)).rejects.toThrow(WebError);
    await expect(read(url, false)).rejects.toThrow(WebError);
    expect(calls).toBe(1);
  });

  test("asks no more than twenty new addresses in a minute", async () => {
    const read = aReader();
    const many = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => read(new URL(`?${index}`, url), false)),
    );
    expect(many.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    expect(calls).toBe(20);
  });
});

describe("a source with fetchSigningKey", () => {
  const source = toSource(
    "cw",
    SourceFile.parse({
      profile: "connectwise",
      fetchSigningKey: true,
      fields: { userId: "u", licensesToAssign: "l" },
    }),
  );
  const verify = (keyUrl: string, fetched: string[] = []) => {
    const body = Buffer.from(JSON.stringify({ ID: 1, Metadata: { key_url: keyUrl } }));
    const headers = new Headers(
      signDelivery(profileOf("connectwise").scheme, {
        secret: "cw-signing-key",
        body,
        at: new Date(),
        deliveryId: "1",
      }),
    );
    const readTicket = makeReadTicket({
      clock: fakeClock(),
      secrets: makeSharedSecrets(() => Promise.reject(new Error("no vault")), Date.now),
      evaluate: makeEvaluate(),
      readSigningKey: (address) => {
        fetched.push(address.href);
        return Promise.resolve("cw-signing-key");
      },
    });
    return readTicket.verify(source, { body, header: (name) => headers.get(name) ?? undefined });
  };

  test("takes a key from a host of ConnectWise", async () => {
    const fetched: string[] = [];
    const keyUrl = "https://na.myconnectwise.net/v4_6_release/apis/3.0/key";
    expect((await verify(keyUrl, fetched)).kind).toBe("verified");
    expect(fetched[0]).toBe(keyUrl);
  });

  test("calls no other address: a delivery that names one is not verified", async () => {
    const fetched: string[] = [];
    expect((await verify("https://evil.example/key", fetched)).kind).toBe("unverified");
    expect(fetched).toEqual([]);
  });
});

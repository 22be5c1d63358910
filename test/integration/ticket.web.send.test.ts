import type { LookupAddress } from "node:dns";
import { createServer, type Server } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { closeServer } from "../../local/closeServer.ts";
import { listen } from "../../local/listen.ts";
import { WebError } from "../../shared/ticket/web/errors.ts";
import { makeSendWeb, type WebOptions } from "../../shared/ticket/web/send.ts";

let server: Server;
let port: number;
const paths: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url ?? "");
    switch (request.url ?? "") {
      case "/echo":
        response.write(`${request.method ?? ""} ${String(request.headers["x-one"])} `);
        request.pipe(response);
        return;
      case "/redirect":
        response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
        return;
      case "/large":
        response.end("x".repeat(200_000));
        return;
      case "/brimful":
        response.end("x".repeat(64 * 1024));
        return;
      case "/drips":
        response.write("x");
        return;
      case "/hangs":
        return;
      case "/later":
        response.writeHead(429, { "retry-after": "7" }).end();
        return;
      case "/date":
        response.writeHead(503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }).end();
        return;
      case "/past":
        response.writeHead(503, { "retry-after": "Thu, 01 Jan 2015 00:00:00 GMT" }).end();
        return;
      case "/soon":
        response.writeHead(503, { "retry-after": "soon" }).end();
        return;
      default:
        response.end("ok");
    }
  });
  port = await listen(server, { part: "test", setting: "-", port: 0 });
});
afterAll(() => closeServer(server));

const options = { timeoutMs: 500, hosts: undefined, allowLoopback: true };
const get = (path: string, more: Partial<WebOptions> = {}, host = `127.0.0.1:${port}`) =>
  makeSendWeb({ ...options, ...more })({ url: new URL(`http://${host}${path}`), method: "GET", headers: {} });
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return "answered";
  } catch (error) {
    return error instanceof WebError ? error.code : "other";
  }
};
const to =
  (...addresses: readonly string[]) =>
  (_host: string, done: (error: Error | null, found: LookupAddress[]) => void) => {
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  };

describe("makeSendWeb()", () => {
  test("answers with status, text and Retry-After", async () => {
    expect(await get("/")).toEqual({ status: 200, text: "ok" });
    expect(await get("/later")).toEqual({ status: 429, text: "", retryAfterSeconds: 7 });
  });

  test("reads Retry-After as a date too, and leaves out what it cannot read", async () => {
    const { retryAfterSeconds = 0 } = await get("/date");
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await get("/past")).toEqual({ status: 503, text: "", retryAfterSeconds: 0 });
    expect(await get("/soon")).toEqual({ status: 503, text: "" });
  });

  test("reads 64 KiB", async () => {
    expect((await get("/brimful")).text).toHaveLength(64 * 1024);
  });

  test("sends the body and the headers as they are given", async () => {
    const url = new URL(`http://127.0.0.1:${port}/echo`);
    const headers = { "x-one": "1" };
    const answer = await makeSendWeb(options)({ url, method: "PUT", headers, body: "the body" });
    expect(answer.text).toBe("PUT 1 the body");
  });

  test("says which host does not answer, and with which code of the network", async () => {
    const free = createServer();
    const gone = await listen(free, { part: "test", setting: "-", port: 0 });
    await closeServer(free);
    await expect(get("/", {}, `127.0.0.1:${gone}`)).rejects.toThrow(
      `"127.0.0.1:${gone}" cannot be reached (ECONNREFUSED)`,
    );
  });

  test("calls a name over https also where this machine may be called", async () => {
    const send = makeSendWeb({ ...options, resolve: to("127.0.0.1") });
    const url = new URL(`https://desk.example.com:${port}/`);
    expect(await codeOf(send({ url, method: "GET", headers: {} }))).toBe("unreachable");
    const plain = new URL(`http://desk.example.com:${port}/`);
    expect(await codeOf(send({ url: plain, method: "GET", headers: {} }))).toBe("blocked");
  });

  test("calls a private address only when it is an operator's own word", async () => {
    const send = makeSendWeb({ ...options, allowLoopback: false, timeoutMs: 50 });
    const call = { url: new URL("https://127.0.0.1:1/"), method: "GET", headers: {} } as const;
    expect(await codeOf(send(call))).toBe("blocked");
    expect(await codeOf(send({ ...call, isTrusted: true }))).toBe("unreachable");
  });

  test("does not follow a redirect", async () => {
    expect((await get("/redirect")).status).toBe(302);
    expect(paths).not.toContain("/secret");
  });

  test.each([
    ["/hangs", "timeout"],
    ["/drips", "timeout"],
    ["/large", "tooLarge"],
  ])("gives up on %s: %s", async (path, code) => {
    expect(await codeOf(get(path))).toBe(code);
  });

  test("says that nothing listens", async () => {
    const free = createServer();
    const gone = await listen(free, { part: "test", setting: "-", port: 0 });
    await closeServer(free);
    expect(await codeOf(get("/", {}, `127.0.0.1:${gone}`))).toBe("unreachable");
  });

  test("takes plain HTTP and this machine only where a setting says so", async () => {
    expect(await codeOf(get("/", { allowLoopback: false }))).toBe("blocked");
    const https = makeSendWeb({ ...options, allowLoopback: false });
    for (const host of ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1"]) {
      const url = new URL(`https://${host}/`);
      expect(await codeOf(https({ url, method: "GET", headers: {} }))).toBe("blocked");
    }
  });

  test("checks the address that is connected to: a name that leads inside is never called", async () => {
    const before = paths.length;
    for (const resolve of [to("127.0.0.1"), to("8.8.8.8", "127.0.0.1"), to("169.254.169.254")]) {
      const send = makeSendWeb({ ...options, allowLoopback: false, resolve });
      const url = new URL(`https://desk.example.com:${port}/`);
      expect(await codeOf(send({ url, method: "GET", headers: {} }))).toBe("blocked");
    }
    expect(paths.length).toBe(before);
  });

  test("uses the one answer of DNS that was checked, not a second", async () => {
    let asked = 0;
    const send = makeSendWeb({
      ...options,
      resolve: (host, done) => {
        asked += 1;
        to(asked === 1 ? "127.0.0.1" : "10.0.0.1")(host, done);
      },
    });
    expect(
      (await send({ url: new URL(`http://localhost:${port}/`), method: "GET", headers: {} })).status,
    ).toBe(200);
    expect(asked).toBe(1);
  });

  test("calls only hosts of the list, when there is one", async () => {
    expect(await codeOf(get("/", { hosts: ["desk.example.com"] }))).toBe("blocked");
    expect(await codeOf(get("/", { hosts: ["127.0.0.1"] }))).toBe("answered");
  });

  test("takes no address with a user in it", async () => {
    expect(await codeOf(get("/", {}, `user:word@127.0.0.1:${port}`))).toBe("blocked");
  });
});

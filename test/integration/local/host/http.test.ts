import { request as send } from "node:http";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { startHost, type Host, type LogEntry } from "../../../../local/host/startHost.ts";

const ROOT = fileURLToPath(new URL("fixture", import.meta.url));
const RESPONSE_LIMIT_MS = 400;
const logged: LogEntry[] = [];
let host: Host;

beforeAll(async () => {
  host = await startHost({
    root: ROOT,
    pattern: "http/*.ts",
    port: 0,
    keysFor: (name) => [`key-of-${name}`],
    masterKey: "master",
    onLog: (entry) => logged.push(entry),
    responseLimitMs: RESPONSE_LIMIT_MS,
  });
});
afterAll(() => host.close());

const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${host.url}${path}`, init);

const describe = async (answer: Promise<Response>): Promise<{ status: number; text: string }> => {
  const response = await answer;
  return { status: response.status, text: await response.text() };
};

test("the host hands over method, URL, route parameters, query, headers and body", async () => {
  const response = await ask("/API/echo/Zo%C3%AB/7?a=1&b=2&a=3", {
    method: "POST",
    headers: { "x-given": "yes" },
    body: "hello",
  });

  expect(response.status).toBe(201);
  expect(response.headers.get("x-method")).toBe("POST");
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual({
    url: `${host.url}/API/echo/Zo%C3%AB/7?a=1&b=2&a=3`,
    params: { name: "Zoë", page: "7" },
    query: { a: "1,3", b: "2" },
    header: "yes",
    body: "hello",
    functionName: "echo",
  });
});

test("the host gives what a function logs, with its name and invocation", async () => {
  await ask("/api/echo/logging");

  await vi.waitFor(() => {
    const entry = logged.find(({ message }) => message === "asked for logging");
    expect(entry).toMatchObject({ level: "warning", category: "user", functionName: "echo" });
    expect(entry?.invocationId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test.each([
  ["a literal before a parameter", "/api/echo/popular", 200, "popular"],
  ["the rest of a path", "/api/files/a/b%20c", 200, "a/b c"],
  ["no rest of a path", "/api/files", 200, "none"],
  ["a constraint that fails", "/api/echo/a/b", 404, ""],
  ["an unknown route", "/api/nowhere", 404, ""],
  ["a path without the prefix", "/echo/a", 404, ""],
] as const)("the host routes: %s", async (_, path, status, text) => {
  expect(await describe(ask(path))).toEqual({ status, text });
});

test("the host answers 404 to a method that the function does not have", async () => {
  expect(await describe(ask("/api/guarded", { method: "DELETE" }))).toEqual({ status: 404, text: "" });
});

test("the host answers HEAD with the headers only", async () => {
  const response = await ask("/api/echo/head", { method: "HEAD" });

  expect(response.status).toBe(201);
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
  expect(await response.text()).toBe("");
});

test("the host has a home page", async () => {
  const { status, text } = await describe(ask("/"));

  expect(status).toBe(200);
  expect(text).toContain("up and running");
});

test.each([
  ["guarded", undefined, "", 401],
  ["guarded", "wrong", "", 401],
  ["guarded", "key-of-guarded", "", 200],
  ["guarded", "master", "", 200],
  ["guarded", undefined, "?code=key-of-guarded", 200],
  ["guarded", "wrong", "?code=key-of-guarded", 401],
  ["operators", "key-of-operators", "", 401],
  ["operators", "master", "", 200],
] as const)("the host asks %s for a key: header %s, query %s → %i", async (name, key, query, status) => {
  const answer = await describe(
    ask(`/api/${name}${query}`, key === undefined ? {} : { headers: { "x-functions-key": key } }),
  );

  expect(answer).toEqual({ status, text: status === 401 ? "" : name });
});

const sendChunked = (path: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = send(`${host.url}${path}`, { method: "POST" }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
    request.write(body);
    request.end();
  });

test("the host hands over a chunked body as an empty one", async () => {
  expect(JSON.parse(await sendChunked("/api/echo/chunked", "lost"))).toMatchObject({ body: "" });
});

test("the host answers 413 to a body that is announced as too large", async () => {
  const status = await new Promise((resolve, reject) => {
    const headers = { "content-length": 104_857_601 };
    const request = send(`${host.url}/api/echo/large`, { method: "POST", headers }, (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.on("error", reject);
    request.write("x");
  });

  expect(status).toBe(413);
});

test("the host returns status, headers, cookies and bytes of a result", async () => {
  const response = await ask("/api/bytes");

  expect(response.status).toBe(203);
  expect(response.headers.get("content-type")).toBe("application/x-bytes");
  expect(response.headers.getSetCookie()).toEqual(["a=b%20c; max-age=60; path=/; httponly; samesite=Strict"]);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 10, 13]);
});

test("the host answers 204 when a function returns nothing", async () => {
  expect(await describe(ask("/api/nothing"))).toEqual({ status: 204, text: "" });
});

test("the host answers 500 without a body when a function throws, and logs why", async () => {
  expect(await describe(ask("/api/broken"))).toEqual({ status: 500, text: "" });
  expect(logged.map(({ message }) => message)).toContain(
    'Function "broken" failed: RangeError: broken on purpose',
  );
});

test("the host answers 504 when a function takes too long", async () => {
  expect(await describe(ask("/api/wait"))).toEqual({ status: 504, text: "" });
  expect(host.idle()).toBe(false);
  await ask("/api/release");
  await vi.waitFor(() => expect(host.idle()).toBe(true));
});

test("the host runs hooks around an invocation, and lets them replace the result", async () => {
  const response = await ask("/api/hooked");

  expect(await response.json()).toEqual(["appStart", "preInvocation", "handler", "postInvocation kept"]);
});

test("the host tells what it serves", () => {
  expect(host.functions).toContainEqual({
    name: "echo",
    trigger: "httpTrigger",
    route: "/api/Echo/{name}/{page:int?}",
    methods: ["GET", "HEAD", "POST"],
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { closeServer } from "../closeServer.ts";
import { findTokenProblem, LOCAL_ISSUER_KEY, LOCAL_TENANT_ID } from "../identity/token.ts";
import { listen } from "../listen.ts";
import { readBody } from "../readBody.ts";
import { failed, type Answer } from "./answer.ts";
import { createFaultPlan, type Faults } from "./faults.ts";
import { handle } from "./handle.ts";
import { createSecretStore, findSecretProblem } from "./secretStore.ts";

const AUDIENCE = "https://vault.azure.net";
const MAX_BODY_BYTES = 64 * 1024;

export interface KeyVaultOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** Secrets that are there from the start, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the identity endpoint signs its tokens with. @default {LOCAL_ISSUER_KEY} */
  readonly tokenIssuerKey?: string;
}

export interface KeyVault {
  readonly port: number;
  /** The value for KEY_VAULT_URL. */
  readonly url: string;
  /**
   * Stores a new version of a secret and returns its id.
   * @throws {RangeError} for a name or a size that Key Vault refuses
   */
  set(name: string, value: string): string;
  /** The values of all versions, the newest first. */
  valuesOf(name: string): readonly string[];
  readonly faults: Faults;
  /** How often a secret's value was asked for with a good token, whatever the answer was. */
  reads(): number;
  close(): Promise<void>;
}

const challenge = (problem: string): Answer => ({
  ...failed(401, "Unauthorized", `AKV10000: Request is missing a valid Bearer token: ${problem}`),
  headers: {
    "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${LOCAL_TENANT_ID}", resource="${AUDIENCE}"`,
  },
});

const readToken = (request: IncomingMessage): string | undefined =>
  /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];

/** The decoded parts below /secrets; `undefined` when the path is elsewhere or cannot be decoded. */
const readPath = ({ pathname }: URL): readonly string[] | undefined => {
  try {
    const [, collection, ...path] = pathname.split("/").map(decodeURIComponent);
    return collection === "secrets" ? path.filter((part) => part !== "") : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Starts a Key Vault on a loopback address that the SDK's `SecretClient` accepts.
 * @throws {LocalStartError} when the port is taken
 * @throws {RangeError} when a secret given is one that Key Vault refuses
 */
export const startKeyVault = async ({
  port,
  secrets = {},
  tokenIssuerKey = LOCAL_ISSUER_KEY,
}: KeyVaultOptions): Promise<KeyVault> => {
  const store = createSecretStore(Date.now);
  const faults = createFaultPlan();
  let reads = 0;
  let url = "";

  const set = (name: string, value: string): string => {
    const problem = findSecretProblem(name, value);
    if (problem !== undefined) throw new RangeError(`Cannot store a secret: ${problem}`);
    return store.set(name, value).version;
  };
  for (const [name, value] of Object.entries(secrets)) set(name, value);

  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const body = await readBody(request, MAX_BODY_BYTES);
    const target = new URL(request.url ?? "/", "http://localhost");
    const token = readToken(request);
    if (token === undefined) return challenge("there is none");
    const problem = findTokenProblem(token, { audience: AUDIENCE, key: tokenIssuerKey, nowMs: Date.now() });
    if (problem !== undefined) return challenge(problem);
    const path = readPath(target);
    if (path === undefined) return failed(404, "NotFound", "Only /secrets is served");
    if (!target.searchParams.has("api-version")) return failed(400, "BadParameter", "api-version is missing");
    const method = request.method ?? "GET";
    if (method === "GET" && path[1] !== "versions") reads += 1;
    if (body === "tooLarge") return failed(413, "RequestEntityTooLarge", `More than ${MAX_BODY_BYTES} bytes`);
    return (
      faults.take(path[0] ?? "", method) ?? handle(store, url, { method, path, body: body.toString("utf8") })
    );
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body, headers } = await answerTo(request);
    await sleep(faults.delayMs());
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    // Fails only when the client goes away, and then there is nobody to answer
    respond(request, response).catch(() => response.destroy());
  });
  const actualPort = await listen(server, { part: "Key Vault", setting: "LOCAL_KEY_VAULT_PORT", port });
  url = `http://127.0.0.1:${actualPort}`;
  return {
    port: actualPort,
    url,
    set,
    valuesOf: (name) => store.versionsOf(name).map(({ value }) => value),
    faults,
    reads: () => reads,
    close: () => closeServer(server),
  };
};

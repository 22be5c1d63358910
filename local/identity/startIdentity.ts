import { createServer, type IncomingMessage } from "node:http";

import { closeServer } from "../closeServer.ts";
import { listen } from "../listen.ts";
import { sameSecret } from "./sameSecret.ts";
import { createToken, LOCAL_CLIENT_ID, LOCAL_ISSUER_KEY, TOKEN_LIFETIME_MS } from "./token.ts";

const PATH = "/msi/token";
const API_VERSION = "2019-08-01";
const IDENTITY_SELECTORS = ["client_id", "mi_res_id", "object_id"];

export interface IdentityOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** What callers must send as X-IDENTITY-HEADER. */
  readonly header: string;
  /** Signs the tokens; what accepts them must know it. @default {LOCAL_ISSUER_KEY} */
  readonly issuerKey?: string;
}

export interface Identity {
  readonly port: number;
  /** The value for IDENTITY_ENDPOINT. */
  readonly endpoint: string;
  /** The value for IDENTITY_HEADER. */
  readonly header: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const failed = (status: number, message: string): Answer => ({
  status,
  body: { statusCode: status, message },
});

const findQueryProblem = (query: URLSearchParams): string | undefined => {
  if (query.get("api-version") !== API_VERSION) return `api-version must be ${API_VERSION}`;
  if ((query.get("resource") ?? "") === "") return "resource is missing";
  const given = IDENTITY_SELECTORS.filter((name) => query.has(name));
  return given.length > 1 ? `at most one of ${given.join(", ")} is allowed` : undefined;
};

const answerTo = (request: IncomingMessage, header: string, issuerKey: string, nowMs: number): Answer => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname !== PATH || request.method !== "GET") return failed(404, `Only GET ${PATH} is served`);
  if (!sameSecret(String(request.headers["x-identity-header"] ?? ""), header))
    return failed(401, "Cannot give a token: the X-IDENTITY-HEADER header does not match IDENTITY_HEADER");
  const problem = findQueryProblem(url.searchParams);
  if (problem !== undefined) return failed(400, `Cannot give a token: ${problem}`);
  const resource = url.searchParams.get("resource") ?? "";
  return {
    status: 200,
    body: {
      access_token: createToken({ audience: resource, key: issuerKey, nowMs }),
      expires_on: String(Math.floor((nowMs + TOKEN_LIFETIME_MS) / 1000)),
      resource,
      token_type: "Bearer",
      client_id: url.searchParams.get("client_id") ?? LOCAL_CLIENT_ID,
    },
  };
};

/**
 * Starts the managed identity endpoint of App Service on a loopback address: a token for every resource asked for.
 * @throws {LocalStartError} when the port is taken
 */
export const startIdentity = async ({
  port,
  header,
  issuerKey = LOCAL_ISSUER_KEY,
}: IdentityOptions): Promise<Identity> => {
  const server = createServer((request, response) => {
    const { status, body } = answerTo(request, header, issuerKey, Date.now());
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const actualPort = await listen(server, {
    part: "managed identity endpoint",
    setting: "LOCAL_IDENTITY_PORT",
    port,
  });
  return {
    port: actualPort,
    endpoint: `http://127.0.0.1:${actualPort}${PATH}`,
    header,
    close: () => closeServer(server),
  };
};

import { createHash, createPublicKey, randomBytes, X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { jwtVerify } from "jose";

import { closeServer } from "../closeServer.ts";
import { sameSecret } from "../identity/sameSecret.ts";
import { listen } from "../listen.ts";
import { createToken, type TokenOptions } from "../partner-center/token.ts";
import { readBody } from "../readBody.ts";

/** The partner's tenant and app, as the local tokens name them. */
export const LOCAL_TENANT_ID = "f0000000-0000-4000-8000-000000000001";
export const LOCAL_APP_ID = "f0000000-0000-4000-8000-000000000003";
/** They open nothing but this machine. */
export const LOCAL_CLIENT_SECRET = "local-client-secret";
export const LOCAL_REFRESH_TOKEN = "local-refresh-token";

/** What the next token requests get in place of tokens. */
export type EntraFault =
  /**
   * { error, error_description, error_codes } with this AADSTS code, as the token endpoint refuses:
   * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
   */
  | { readonly kind: "refuse"; readonly error: string; readonly code: number }
  | { readonly kind: "answer"; readonly status: number; readonly body: string }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "reset" };

export interface EntraOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
}

export interface Entra {
  readonly port: number;
  /** The value for PARTNER_AUTHORITY_URL. */
  readonly url: string;
  /** Trouble for the next so many token requests. */
  fault(fault: EntraFault, times?: number): void;
  /** What the access tokens are like from now on. */
  issue(options: TokenOptions): void;
  /** The person enters the code and signs in. */
  signIn(): void;
  /** Has the app prove itself by this certificate (PEM) in place of its secret. */
  useCertificate(pem: string): void;
  /** How often tokens were asked for, whatever the answer was. */
  requests(): number;
  /** No refresh token given out so far is good any more. */
  revoke(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object | string;
}

const refuse = (error: string, code: number, status = 400): Answer => ({
  status,
  body: {
    error,
    error_description: `AADSTS${code}: the local Microsoft Entra says so. Trace ID: local`,
    error_codes: [code],
  },
});

const BODY_MAX = 64 * 1024;
const PATH = /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/(?<what>token|devicecode)$/;
const ACCESS_SECONDS = 3600;

/**
 * The token endpoint of Microsoft Entra on a loopback address: refresh tokens and device codes of one app.
 * @throws {LocalStartError} when the port is taken
 */
export const startEntra = async ({ port: wantedPort }: EntraOptions): Promise<Entra> => {
  let refreshTokens = new Set([LOCAL_REFRESH_TOKEN]);
  const devices = new Map<string, boolean>();
  let faults: { readonly fault: EntraFault; left: number }[] = [];
  let issued: TokenOptions = {};
  let certificate: X509Certificate | undefined;
  let requests = 0;

  const isProven = async (form: URLSearchParams, url: string): Promise<boolean> => {
    const assertion = form.get("client_assertion");
    if (certificate === undefined) return sameSecret(form.get("client_secret") ?? "", LOCAL_CLIENT_SECRET);
    if (assertion === null) return false;
    const thumbprint = createHash("sha256").update(certificate.raw).digest("base64url");
    try {
      const { protectedHeader } = await jwtVerify(
        assertion,
        createPublicKey(certificate.publicKey.export({ type: "spki", format: "pem" })),
        {
          audience: url,
          issuer: LOCAL_APP_ID,
          subject: LOCAL_APP_ID,
        },
      );
      return protectedHeader["x5t#S256"] === thumbprint;
    } catch {
      return false;
    }
  };

  const tokens = (): Answer => {
    const refreshToken = `local-refresh-${randomBytes(24).toString("base64url")}`;
    refreshTokens.add(refreshToken);
    return {
      status: 200,
      body: {
        token_type: "Bearer",
        scope: "https://api.partnercenter.microsoft.com/user_impersonation",
        expires_in: issued.lifetimeSeconds ?? ACCESS_SECONDS,
        access_token: createToken(issued),
        refresh_token: refreshToken,
      },
    };
  };

  const redeem = (deviceCode: string): Answer => {
    const isSignedIn = devices.get(deviceCode);
    if (isSignedIn === undefined) return refuse("invalid_grant", 70_000);
    if (!isSignedIn) return refuse("authorization_pending", 70_016);
    devices.delete(deviceCode);
    return tokens();
  };

  const grant = async (form: URLSearchParams, url: string): Promise<Answer> => {
    if (form.get("client_id") !== LOCAL_APP_ID) return refuse("unauthorized_client", 700_016);
    if (!(await isProven(form, url))) return refuse("invalid_client", 7_000_215, 401);
    switch (form.get("grant_type") ?? "") {
      case "refresh_token":
        return refreshTokens.has(form.get("refresh_token") ?? "")
          ? tokens()
          : refuse("invalid_grant", 700_082);
      case "urn:ietf:params:oauth:grant-type:device_code":
        return redeem(form.get("device_code") ?? "");
      default:
        return refuse("unsupported_grant_type", 70_003);
    }
  };

  const device = (base: string): Answer => {
    const deviceCode = randomBytes(24).toString("base64url");
    devices.set(deviceCode, false);
    return {
      status: 200,
      body: {
        device_code: deviceCode,
        user_code: "LOCAL-CODE",
        verification_uri: `${base}/signin`,
        interval: 1,
        expires_in: 900,
        message: "To sign in, open the page and enter the code",
      },
    };
  };

  const signIn = (): void => {
    for (const code of devices.keys()) devices.set(code, true);
  };

  const answerTo = async (
    method: string,
    base: string,
    path: string,
    form: URLSearchParams,
  ): Promise<Answer> => {
    if (path === "/signin") {
      signIn();
      return { status: 200, body: "<!doctype html><p>Signed in.</p>" };
    }
    const { tenant, what } = PATH.exec(path)?.groups ?? {};
    if (method !== "POST" || tenant === undefined) return { status: 404, body: "" };
    if (tenant !== LOCAL_TENANT_ID) return refuse("invalid_request", 90_002);
    return what === "devicecode" ? device(base) : grant(form, `${base}${path}`);
  };

  const takeFault = (path: string): EntraFault | undefined => {
    const [first] = path.endsWith("/token") ? faults : [];
    if (first === undefined) return undefined;
    first.left -= 1;
    if (first.left <= 0) faults = faults.slice(1);
    return first.fault;
  };

  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const body = await readBody(request, BODY_MAX);
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      const fault = takeFault(pathname);
      if (pathname.endsWith("/token")) requests += 1;
      if (fault?.kind === "reset") {
        response.socket?.resetAndDestroy();
        return;
      }
      if (fault?.kind === "slow") await sleep(fault.ms);
      const form = new URLSearchParams(body === "tooLarge" ? "" : body.toString("utf8"));
      const answer =
        fault?.kind === "refuse"
          ? refuse(fault.error, fault.code)
          : fault?.kind === "answer"
            ? fault
            : await answerTo(request.method ?? "GET", `http://${request.headers.host ?? ""}`, pathname, form);
      const isText = typeof answer.body === "string";
      response.writeHead(answer.status, { "content-type": isText ? "text/html" : "application/json" });
      response.end(isText ? answer.body : JSON.stringify(answer.body));
    };
    serve().catch(() => response.destroy());
  });
  const port = await listen(server, {
    part: "Microsoft Entra",
    setting: "LOCAL_ENTRA_PORT",
    port: wantedPort,
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    fault: (fault, times = 1) => {
      faults.push({ fault, left: times });
    },
    issue: (options) => {
      issued = options;
    },
    signIn,
    useCertificate: (pem) => {
      certificate = new X509Certificate(pem);
    },
    requests: () => requests,
    revoke: () => {
      refreshTokens = new Set();
    },
    close: () => closeServer(server),
  };
};

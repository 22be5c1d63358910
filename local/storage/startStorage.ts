import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { closeServer } from "../closeServer.ts";
import { listen } from "../listen.ts";
import { createFaults, type Fault, type FaultSource, type StorageFaults } from "./faults.ts";
import { startAzurite } from "./startAzurite.ts";

/** Azurite's own account: public, the same on every machine. */
const ACCOUNT = "devstoreaccount1";
const ACCOUNT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export interface StorageOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** Where the data are kept; without one they are kept in memory. */
  readonly folder?: string;
}

/** A storage account with tables. */
export interface Storage {
  readonly port: number;
  readonly url: string;
  readonly connectionString: string;
  readonly faults: StorageFaults;
  close(): Promise<void>;
}

const answerFault = (response: ServerResponse, status: number): void => {
  const code = status === 503 ? "ServerBusy" : "InternalError";
  response.writeHead(status, { "content-type": "application/json;odata=minimalmetadata" });
  response.end(JSON.stringify({ "odata.error": { code, message: { lang: "en-US", value: code } } }));
};

/** Passes a call on as it is: the signature covers what the client has sent. */
const passOn = (
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly port: number; readonly agent: Agent; readonly fault: Fault | undefined },
): void => {
  const { port, agent, fault } = options;
  const { method, url, headers } = request;
  const call = httpRequest({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
    // Whoever asked may be gone by now: pipeline throws for a stream that is closed
    if (fault?.kind === "loseAnswer" || response.destroyed) {
      answer.resume();
      answer.once("end", () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined);
  });
  call.once("error", () => response.destroy());
  if (request.destroyed) {
    call.destroy();
    return;
  }
  pipeline(request, call, () => undefined);
};

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  faults: FaultSource,
  target: { readonly port: number; readonly agent: Agent },
): Promise<void> => {
  if (faults.delayMs() > 0) await sleep(faults.delayMs());
  const fault = faults.next();
  switch (fault?.kind) {
    case "answer":
      request.resume();
      answerFault(response, fault.status);
      return;
    case "cut":
      response.destroy();
      return;
    case "loseAnswer":
    case undefined:
      passOn(request, response, { ...target, fault });
      return;
    default:
      fault satisfies never;
  }
};

/**
 * Starts a storage account: Azurite, behind a door that can be told to make trouble.
 * @throws {LocalStartError} when the port is taken, or Azurite does not come up
 */
export const startStorage = async ({ port, folder }: StorageOptions): Promise<Storage> => {
  const faults = createFaults();
  const agent = new Agent({ keepAlive: true });
  const azurite = await startAzurite(folder);
  const server = createServer((request, response) => {
    void serve(request, response, faults, { port: azurite.port, agent });
  });
  const close = async (): Promise<void> => {
    await closeServer(server);
    agent.destroy();
    await azurite.close();
  };
  try {
    const actualPort = await listen(server, {
      part: "Storage (tables)",
      setting: "LOCAL_STORAGE_PORT",
      port,
    });
    const url = `http://127.0.0.1:${actualPort}/${ACCOUNT}`;
    return {
      port: actualPort,
      url,
      connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};TableEndpoint=${url};`,
      faults,
      close,
    };
  } catch (error) {
    await azurite.close();
    throw error;
  }
};

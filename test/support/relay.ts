import { fileURLToPath } from "node:url";

import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";

import type { BrokerConfig } from "../../local/broker/config.ts";
import { loadBrokerConfig } from "../../local/broker/loadConfig.ts";
import type { Broker } from "../../local/broker/startBroker.ts";
import { makeApi, type Api } from "../../local/demo/api.ts";
import { followEnds, type Ends } from "../../local/demo/ends.ts";
import type { Desk } from "../../local/desk/startDesk.ts";
import type { Entra } from "../../local/entra/startEntra.ts";
import { startHostProcess, type HostProcess } from "../../local/host/hostProcess.ts";
import type { KeyVault } from "../../local/key-vault/startKeyVault.ts";
import type { PartnerCenter } from "../../local/partner-center/startPartnerCenter.ts";
import { apart } from "../../local/ports.ts";
import { startLocalAzure } from "../../local/startLocalAzure.ts";
import type { Storage } from "../../local/storage/startStorage.ts";

const ENTITIES_FILE = fileURLToPath(new URL("../../servicebus.config.json", import.meta.url));

/** Times that suit a test; everything else is as in production. */
const quick = {
  HOLD_BUDGET_SECONDS: "5",
  RETRY_BASE_MILLISECONDS: "50",
  PARTNER_CENTER_TIMEOUT_SECONDS: "1",
  CALLBACK_TIMEOUT_SECONDS: "1",
  CALLBACK_SCHEDULE_SECONDS: "0,1",
  // By hand, or where a test is about them
  PROOF_DELAY_SECONDS: "0",
  RENEWAL_SCHEDULE: "0 0 0 1 1 *",
  SEATS_SCHEDULE: "* * * * * *",
  DEAD_LETTERS_SCHEDULE: "* * * * * *",
};

/** All of it: Azure in this process, the functions in another, the ends as a subscriber sees them. */
export interface Relay {
  readonly broker: Broker;
  readonly keyVault: KeyVault;
  readonly partnerCenter: PartnerCenter;
  readonly entra: Entra;
  readonly storage: Storage;
  readonly desk: Desk;
  readonly ends: Ends;
  /** What leads the functions to their Azure. */
  readonly settings: Readonly<Record<string, string>>;
  readonly api: () => Api;
  readonly host: () => HostProcess;
  /** Starts the functions anew, after a kill. */
  readonly restart: () => Promise<void>;
  readonly submit: (body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  /** GET or POST below /api, with the operator's key. */
  readonly ask: (path: string, body?: object) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** Has a timer function run now, as in Azure. */
  readonly runNow: (functionName: string) => Promise<number>;
  /** Puts a message on license-updates, as another service does. */
  readonly send: (message: ServiceBusMessage) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RelayOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly config?: (config: BrokerConfig) => BrokerConfig;
  /** Which files register functions. @default {"functions/*.ts"} */
  readonly pattern?: string;
  /** The folder of the sources, in place of the sample ones. */
  readonly tickets?: (desk: Desk) => Promise<string>;
}

const need = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error("A part of local Azure was not started");
  return part;
};

export const startRelay = async ({
  settings = {},
  config = (same) => same,
  pattern,
  tickets,
}: RelayOptions = {}): Promise<Relay> => {
  const azure = await startLocalAzure({
    env: apart,
    brokerConfig: config(await loadBrokerConfig(ENTITIES_FILE)),
  });
  const broker = need(azure.broker);
  const desk = need(azure.desk);
  const folder = tickets === undefined ? {} : { TICKETS_FOLDER: await tickets(desk) };
  const env = { ...quick, ...azure.settings, ...folder, ...settings };
  let host = await startHostProcess(env, pattern);
  const api = (): Api => makeApi({ url: host.url, functionKey: "local", operatorKey: "local-operator" });
  const ends = followEnds(broker.connectionString, api);
  const client = new ServiceBusClient(broker.connectionString);
  const sender = client.createSender("license-updates");
  return {
    broker,
    keyVault: need(azure.keyVault),
    partnerCenter: need(azure.partnerCenter),
    entra: need(azure.entra),
    storage: need(azure.storage),
    desk,
    ends,
    settings: env,
    api,
    host: () => host,
    restart: async () => {
      host = await startHostProcess(env, pattern);
    },
    submit: (body, headers = {}) =>
      fetch(`${host.url}/api/license-updates`, {
        method: "POST",
        headers: { "x-functions-key": "local", "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    ask: async (path, body) => {
      const response = await fetch(`${host.url}/api/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "x-functions-key": "local-operator", "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    },
    runNow: async (functionName) => {
      const url = `${host.url}/admin/functions/${functionName}`;
      const headers = { "x-functions-key": "local-operator", "content-type": "application/json" };
      return (await fetch(url, { method: "POST", headers, body: "{}" })).status;
    },
    send: (message) => sender.sendMessages(message),
    close: async () => {
      await client.close();
      await ends.close();
      await host.stop();
      await azure.close();
    },
  };
};

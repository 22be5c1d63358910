import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";

import { deliver, type ToDeliver } from "../desk/deliver.ts";
import type { Desk } from "../desk/startDesk.ts";
import type { KeyVault } from "../key-vault/startKeyVault.ts";
import type { PartnerCenter } from "../partner-center/startPartnerCenter.ts";
import type { Api } from "./api.ts";

/** What a sample acts on: the doors of the relay, and the world behind it. */
export interface Stage {
  readonly api: Api;
  /** Puts a message on license-updates, as another service would. */
  readonly enqueue: (message: ServiceBusMessage) => Promise<void>;
  /** The values of all versions of a secret, the newest first. */
  readonly valuesOf: (secretName: string) => readonly string[];
  /** Stores another partner access token in the vault. */
  readonly storeToken: (token: string) => void;
  readonly partnerCenter: PartnerCenter;
  /** The ticketing system, which takes notes on its tickets. */
  readonly desk: Desk;
  /** Sends a delivery, as a ticketing system does. */
  readonly deliver: (delivery: ToDeliver) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export interface StageOptions {
  readonly api: Api;
  /** Where the functions are. */
  readonly url: string;
  readonly desk: Desk;
  readonly connectionString: string;
  readonly partnerCenter: PartnerCenter;
  readonly keyVault: KeyVault;
}

export const makeStage = (options: StageOptions): Stage => {
  const { api, url, connectionString, partnerCenter, keyVault, desk } = options;
  const client = new ServiceBusClient(connectionString);
  const sender = client.createSender("license-updates");
  return {
    api,
    partnerCenter,
    desk,
    deliver: (delivery) => deliver(url, delivery),
    enqueue: (message) => sender.sendMessages(message),
    valuesOf: (name) => keyVault.valuesOf(name),
    storeToken: (token) => {
      keyVault.set("partner-access-token", token);
    },
    close: () => client.close(),
  };
};

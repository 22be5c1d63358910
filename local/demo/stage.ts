import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";

import type { Api } from "./api.ts";
import type { KeyVault } from "../key-vault/startKeyVault.ts";
import type { PartnerCenter } from "../partner-center/startPartnerCenter.ts";

/** What a sample acts on: the doors of the relay, and the world behind it. */
export interface Stage {
  readonly api: Api;
  /** Puts a message on license-updates, as another service would. */
  readonly enqueue: (message: ServiceBusMessage) => Promise<void>;
  /** Stores another partner access token in the vault. */
  readonly storeToken: (token: string) => void;
  readonly partnerCenter: PartnerCenter;
  readonly close: () => Promise<void>;
}

export interface StageOptions {
  readonly api: Api;
  readonly connectionString: string;
  readonly partnerCenter: PartnerCenter;
  readonly keyVault: KeyVault;
}

export const makeStage = (options: StageOptions): Stage => {
  const { api, connectionString, partnerCenter, keyVault } = options;
  const client = new ServiceBusClient(connectionString);
  const sender = client.createSender("license-updates");
  return {
    api,
    partnerCenter,
    enqueue: (message) => sender.sendMessages(message),
    storeToken: (token) => {
      keyVault.set("partner-access-token", token);
    },
    close: () => client.close(),
  };
};

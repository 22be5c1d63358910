import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { request as httpRequest } from "undici";

import type { KeyVault } from "../key-vault/startKeyVault.ts";
import type { PartnerCenter } from "../partner-center/startPartnerCenter.ts";

/** What a sample acts on: the doors of the relay, and the world behind it. */
export interface Stage {
  /** POST /api/license-updates; the status of the answer. */
  readonly submit: (body: object) => Promise<number>;
  /** Puts a message on license-updates, as another service would. */
  readonly enqueue: (message: ServiceBusMessage) => Promise<void>;
  /** Stores another partner access token in the vault. */
  readonly storeToken: (token: string) => void;
  readonly partnerCenter: PartnerCenter;
  readonly close: () => Promise<void>;
}

export interface StageOptions {
  readonly baseUrl: string;
  readonly functionKey: string;
  readonly connectionString: string;
  readonly partnerCenter: PartnerCenter;
  readonly keyVault: KeyVault;
}

export const makeStage = (options: StageOptions): Stage => {
  const { baseUrl, functionKey, connectionString, partnerCenter, keyVault } = options;
  const client = new ServiceBusClient(connectionString);
  const sender = client.createSender("license-updates");
  return {
    partnerCenter,
    submit: async (body) => {
      const response = await httpRequest(`${baseUrl}/api/license-updates`, {
        method: "POST",
        headers: { "x-functions-key": functionKey, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await response.body.dump();
      return response.statusCode;
    },
    enqueue: (message) => sender.sendMessages(message),
    storeToken: (token) => {
      keyVault.set("partner-access-token", token);
    },
    close: () => client.close(),
  };
};

import { setTimeout as sleep } from "node:timers/promises";

import type { BrokerConfig } from "../broker/config.ts";
import { loadBrokerConfig } from "../broker/loadConfig.ts";
import { apart } from "../ports.ts";
import { startLocal, type Local } from "../startLocal.ts";
import { ENTITIES_FILE } from "../startLocalAzure.ts";
import { makeApi } from "./api.ts";
import { followEnds, type Ends } from "./ends.ts";
import { judge } from "./judge.ts";
import { play, type Played } from "./play.ts";
import type { Result } from "./result.ts";
import { samples } from "./samples.ts";
import { playScene, scenes } from "./scenes.ts";
import { makeStage, type Stage } from "./stage.ts";

/** Short times, so that what takes minutes in production is over in seconds; and free ports. */
const demoSettings = {
  HOLD_BUDGET_SECONDS: "3",
  RETRY_BASE_MILLISECONDS: "200",
  PARTNER_CENTER_TIMEOUT_SECONDS: "1",
  SEATS_SCHEDULE: "* * * * * *",
  PROOF_SCHEDULE: "* * * * * *",
  DEAD_LETTERS_SCHEDULE: "* * * * * *",
  PROOF_DELAY_SECONDS: "1",
  // By hand: samples before have tokens of other kinds
  RENEWAL_SCHEDULE: "0 0 0 1 1 *",
  ...apart,
  // All of Azure is local here: the demo changes tokens and breaks things
  ServiceBusConnection: "",
  ServiceBusConnection__fullyQualifiedNamespace: "",
  KEY_VAULT_URL: "",
  PARTNER_CENTER_URL: "",
  PARTNER_TENANT_ID: "",
  IDENTITY_ENDPOINT: "",
  AzureWebJobsStorage: "",
  LEDGER_TABLES_URL: "",
  TICKETS_FOLDER: "",
} as const;

const DELIVERIES_MAX = 3;
/** Time for what should not come any more: a second outcome, a second poison message. */
const SETTLE_MS = 500;

const withFewDeliveries = (config: BrokerConfig): BrokerConfig => ({
  ...config,
  queues: config.queues.map((queue) => ({ ...queue, maxDeliveryCount: DELIVERIES_MAX })),
});

const stageOn = ({ azure, host, functionKey, operatorKey }: Local): Stage => {
  const { broker, partnerCenter, keyVault, desk } = azure;
  if (broker === undefined || partnerCenter === undefined || keyVault === undefined || desk === undefined) {
    throw new Error("Cannot run the demo: a part of local Azure was not started");
  }
  const { connectionString } = broker;
  const api = makeApi({ url: host.url, functionKey, operatorKey });
  return makeStage({ api, url: host.url, connectionString, partnerCenter, keyVault, desk });
};

const playAll = async (
  stage: Stage,
  ends: Ends,
  onPlayed: (done: number, all: number) => void,
): Promise<readonly Played[]> => {
  let done = 0;
  const playing: Promise<Played>[] = [];
  for (const sample of samples) {
    const played = play(sample, stage, ends).finally(() => {
      done += 1;
      onPlayed(done, samples.length + scenes.length);
    });
    playing.push(played);
    if (sample.background !== true) await played;
  }
  return Promise.all(playing);
};

export interface DemoOptions {
  readonly onPlayed: (done: number, all: number) => void;
  /** A line of the functions' log. */
  readonly onLog: (message: string) => void;
}

/** Starts everything, plays the samples, stops everything. */
export const runDemo = async ({ onPlayed, onLog }: DemoOptions): Promise<readonly Result[]> => {
  Object.assign(process.env, demoSettings);
  const brokerConfig = withFewDeliveries(await loadBrokerConfig(ENTITIES_FILE));
  const local = await startLocal({ brokerConfig, graceMs: 1000, onLog: ({ message }) => onLog(message) });
  try {
    const stage = stageOn(local);
    const ends = followEnds(local.azure.broker?.connectionString ?? "", () => stage.api);
    const played = await playAll(stage, ends, onPlayed);
    await sleep(SETTLE_MS);
    const results = await Promise.all(played.map((one) => judge(one, stage, ends)));
    // One after the other: each builds on those before
    for (const [index, scene] of scenes.entries()) {
      results.push(await playScene(scene, stage, ends));
      onPlayed(samples.length + index + 1, samples.length + scenes.length);
    }
    await ends.close();
    await stage.close();
    return results;
  } finally {
    await local.close();
  }
};

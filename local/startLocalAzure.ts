import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { present } from "../shared/present.ts";
import type { BrokerConfig } from "./broker/config.ts";
import { loadBrokerConfig } from "./broker/loadConfig.ts";
import { startBroker, type Broker } from "./broker/startBroker.ts";
import { sampleSecrets, writeSampleSources } from "./desk/sampleSources.ts";
import { startDesk, type Desk, type Note } from "./desk/startDesk.ts";
import {
  LOCAL_APP_ID,
  LOCAL_CLIENT_SECRET,
  LOCAL_REFRESH_TOKEN,
  LOCAL_TENANT_ID,
  startEntra,
  type Entra,
} from "./entra/startEntra.ts";
import { startIdentity } from "./identity/startIdentity.ts";
import { startKeyVault, type KeyVault } from "./key-vault/startKeyVault.ts";
import { startPartnerCenter, type PartnerCenter } from "./partner-center/startPartnerCenter.ts";
import { createToken } from "./partner-center/token.ts";
import { readPort } from "./ports.ts";
import { startStorage, type Storage } from "./storage/startStorage.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** One part, for people: where it is, and whether it was started here. */
export interface Part {
  readonly name: string;
  readonly address: string;
  readonly startedHere: boolean;
}

/** What was started on this machine, and the settings with which the functions reach it. */
export interface LocalAzure {
  readonly parts: readonly Part[];
  readonly settings: Readonly<Record<string, string>>;
  readonly broker?: Broker;
  readonly keyVault?: KeyVault;
  readonly partnerCenter?: PartnerCenter;
  readonly entra?: Entra;
  readonly storage?: Storage;
  readonly desk?: Desk;
  /** Stops what was started here, in the reverse order. */
  close(): Promise<void>;
}

export interface LocalAzureOptions {
  readonly env: Environment;
  /** @default what servicebus.config.json says */
  readonly brokerConfig?: BrokerConfig;
  /** Told of every note that the ticketing system takes. */
  readonly onNote?: (note: Note) => void;
}

/** The description of the Service Bus entities. */
export const ENTITIES_FILE = fileURLToPath(new URL("../servicebus.config.json", import.meta.url));
/** What is kept from one start to the next. */
const STORAGE_FOLDER = fileURLToPath(new URL("../.local/storage", import.meta.url));
/** The first local token lasts longer than a session at the desk. */
const TOKEN_SECONDS = 30 * 24 * 60 * 60;

const given = (env: Environment, ...names: readonly string[]): string | undefined =>
  names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== "");

// A connection string from outside holds a key: only its host is for the eye
const hostOf = (connection: string): string => /Endpoint=([^;]+)/i.exec(connection)?.[1] ?? connection;

// So does that of a storage account
const accountOf = (connection: string): string =>
  /AccountName=([^;]+)/i.exec(connection)?.[1] ?? "as AzureWebJobsStorage says";

const DEVELOPMENT_STORAGE = "UseDevelopmentStorage=true";

/** What has been started so far: settings, parts, and what to close in which order. */
class Started {
  readonly parts: Part[] = [];
  readonly settings: Record<string, string> = {};
  readonly #closers: (() => Promise<void>)[] = [];

  outside(name: string, address: string): void {
    this.parts.push({ name, address, startedHere: false });
  }

  here(
    name: string,
    address: string,
    part: { close(): Promise<void> },
    settings: Record<string, string>,
  ): void {
    this.parts.push({ name, address, startedHere: true });
    Object.assign(this.settings, settings);
    this.#closers.unshift(() => part.close());
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }
}

const addBroker = async (
  started: Started,
  { env, brokerConfig }: LocalAzureOptions,
): Promise<Broker | undefined> => {
  const outside = given(env, "ServiceBusConnection", "ServiceBusConnection__fullyQualifiedNamespace");
  if (outside !== undefined) {
    started.outside("Service Bus", hostOf(outside));
    return undefined;
  }
  const config = brokerConfig ?? (await loadBrokerConfig(ENTITIES_FILE));
  const broker = await startBroker({ port: readPort("LOCAL_SERVICE_BUS_PORT", env), config });
  const { connectionString } = broker;
  started.here("Service Bus", connectionString, broker, { ServiceBusConnection: connectionString });
  return broker;
};

const addKeyVault = async (started: Started, { env }: LocalAzureOptions): Promise<KeyVault | undefined> => {
  const outside = given(env, "KEY_VAULT_URL");
  if (outside !== undefined) {
    started.outside("Key Vault", outside);
    return undefined;
  }
  if (given(env, "IDENTITY_ENDPOINT") === undefined) {
    const identity = await startIdentity({
      port: readPort("LOCAL_IDENTITY_PORT", env),
      header: randomUUID(),
    });
    started.here("Managed identity", identity.endpoint, identity, {
      IDENTITY_ENDPOINT: identity.endpoint,
      IDENTITY_HEADER: identity.header,
      // Else the credential would look for a signed-in developer when the endpoint hiccups
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
    });
  }
  const secret = given(env, "PARTNER_TOKEN_SECRET") ?? "partner-access-token";
  const keyVault = await startKeyVault({
    port: readPort("LOCAL_KEY_VAULT_PORT", env),
    secrets: {
      ...sampleSecrets,
      "partner-refresh-token": LOCAL_REFRESH_TOKEN,
      "partner-app-credential": LOCAL_CLIENT_SECRET,
      [secret]: createToken({ lifetimeSeconds: TOKEN_SECONDS }),
    },
  });
  started.here("Key Vault", keyVault.url, keyVault, { KEY_VAULT_URL: keyVault.url });
  return keyVault;
};

/** The partner's tenant, which renews the token in the local vault. */
const addEntra = async (
  started: Started,
  keyVault: KeyVault | undefined,
  { env }: LocalAzureOptions,
): Promise<Entra | undefined> => {
  const outside = given(env, "PARTNER_TENANT_ID");
  if (outside !== undefined) started.outside("Microsoft Entra", outside);
  // A vault of somebody's own has tokens that this one did not issue
  if (outside !== undefined || keyVault === undefined) return undefined;
  const entra = await startEntra({ port: readPort("LOCAL_ENTRA_PORT", env) });
  started.here("Microsoft Entra", entra.url, entra, {
    PARTNER_AUTHORITY_URL: entra.url,
    PARTNER_TENANT_ID: LOCAL_TENANT_ID,
    PARTNER_CLIENT_ID: LOCAL_APP_ID,
  });
  return entra;
};

const addPartnerCenter = async (
  started: Started,
  { env }: LocalAzureOptions,
): Promise<PartnerCenter | undefined> => {
  const outside = given(env, "PARTNER_CENTER_URL");
  if (outside !== undefined) {
    started.outside("Partner Center", outside);
    return undefined;
  }
  const partnerCenter = await startPartnerCenter({ port: readPort("LOCAL_PARTNER_CENTER_PORT", env) });
  started.here("Partner Center", partnerCenter.url, partnerCenter, { PARTNER_CENTER_URL: partnerCenter.url });
  return partnerCenter;
};

const addStorage = async (started: Started, { env }: LocalAzureOptions): Promise<Storage | undefined> => {
  const tables = given(env, "LEDGER_TABLES_URL");
  const account = given(env, "AzureWebJobsStorage");
  if (tables !== undefined || (account !== undefined && account !== DEVELOPMENT_STORAGE)) {
    started.outside("Storage (tables)", tables ?? accountOf(account ?? ""));
    return undefined;
  }
  const folder = given(env, "LOCAL_STORAGE_FOLDER") ?? STORAGE_FOLDER;
  const storage = await startStorage({
    port: readPort("LOCAL_STORAGE_PORT", env),
    ...(folder === "memory" ? {} : { folder }),
  });
  const { url, connectionString } = storage;
  started.here("Storage (tables)", url, storage, { AzureWebJobsStorage: connectionString });
  return storage;
};

/** A ticketing system, and sources that say how it calls and is called. */
const addDesk = async (started: Started, { env, onNote }: LocalAzureOptions): Promise<Desk | undefined> => {
  const outside = given(env, "TICKETS_FOLDER");
  if (outside !== undefined) {
    started.outside("Tickets", outside);
    return undefined;
  }
  const desk = await startDesk({
    port: readPort("LOCAL_DESK_PORT", env),
    secret: sampleSecrets["ticket-callback"],
    ...present({ onNote }),
  });
  const folder = await mkdtemp(join(tmpdir(), "license-relay-tickets-"));
  const close = async (): Promise<void> => {
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  };
  started.here(
    "Ticketing system",
    desk.url,
    { close },
    { TICKETS_FOLDER: folder, CALLBACK_LOOPBACK: "true" },
  );
  await writeSampleSources(folder, desk.url);
  return desk;
};

/**
 * Starts the parts of Azure that the settings do not already name: Service Bus, Key Vault with a managed identity,
 * Partner Center, a storage account.
 * @throws {LocalStartError} when a port is taken; what was started before is stopped again
 */
export const startLocalAzure = async (options: LocalAzureOptions): Promise<LocalAzure> => {
  const started = new Started();
  try {
    const broker = await addBroker(started, options);
    const keyVault = await addKeyVault(started, options);
    const entra = await addEntra(started, keyVault, options);
    const partnerCenter = await addPartnerCenter(started, options);
    const storage = await addStorage(started, options);
    const desk = await addDesk(started, options);
    return {
      parts: started.parts,
      settings: started.settings,
      ...present({ broker, keyVault, partnerCenter, entra, storage, desk }),
      close: () => started.close(),
    };
  } catch (error) {
    await started.close();
    throw error;
  }
};

import { defaultKeys } from "./functionKeys.ts";
import { defaultPorts, type PortSetting } from "./ports.ts";

/** A setting that only what runs on this machine reads, as docs/settings.md shows it. */
interface LocalSetting {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

const port = (name: PortSetting, meaning: string): LocalSetting => ({
  name,
  fallback: String(defaultPorts[name]),
  meaning,
});

const key = (name: keyof typeof defaultKeys, meaning: string): LocalSetting => ({
  name,
  fallback: defaultKeys[name],
  meaning,
});

/** Every one of them. */
export const localSettings: readonly LocalSetting[] = [
  key("LOCAL_FUNCTION_KEY", "The key of callers"),
  key("LOCAL_OPERATOR_KEY", "The key of operators; it opens every function, and is the master key too"),
  port("LOCAL_FUNCTIONS_PORT", "The functions, over HTTP"),
  port(
    "LOCAL_SERVICE_BUS_PORT",
    "Service Bus. Not started when `ServiceBusConnection` or `ServiceBusConnection__fullyQualifiedNamespace` is given",
  ),
  port("LOCAL_KEY_VAULT_PORT", "Key Vault. Not started when `KEY_VAULT_URL` is given"),
  port(
    "LOCAL_IDENTITY_PORT",
    "The managed identity endpoint. Not started when `KEY_VAULT_URL` or `IDENTITY_ENDPOINT` is given",
  ),
  port("LOCAL_PARTNER_CENTER_PORT", "Partner Center. Not started when `PARTNER_CENTER_URL` is given"),
  port(
    "LOCAL_STORAGE_PORT",
    "The tables (Azurite). Not started when `LEDGER_TABLES_URL` is given, or `AzureWebJobsStorage` other than `UseDevelopmentStorage=true`",
  ),
  port(
    "LOCAL_DESK_PORT",
    "A ticketing system; `npm start` prints the notes that it gets. Not started when `TICKETS_FOLDER` is given, or when there is a folder `tickets/`",
  ),
  port(
    "LOCAL_ENTRA_PORT",
    "Microsoft Entra. Not started when `PARTNER_TENANT_ID` or `KEY_VAULT_URL` is given",
  ),
  {
    name: "LOCAL_STORAGE_FOLDER",
    fallback: ".local/storage",
    meaning: "Where the tables are kept from one start to the next; `memory` keeps them in memory",
  },
];

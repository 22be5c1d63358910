import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from "@azure/identity";
import { ServiceBusClient, type ServiceBusClientOptions } from "@azure/service-bus";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a Service Bus namespace is, and how to prove who asks. */
export type Connection =
  | { readonly kind: "connectionString"; readonly connectionString: string }
  | {
      readonly kind: "identity";
      readonly namespace: string;
      readonly credential: string | undefined;
      readonly clientId: string | undefined;
    };

const DEFAULT_NAME = "AzureWebJobsServiceBus";

const given = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

const resolveExact = (name: string, env: Environment): Connection | undefined => {
  const connectionString = given(env[name]);
  if (connectionString !== undefined) return { kind: "connectionString", connectionString };
  const namespace = given(env[`${name}__fullyQualifiedNamespace`]);
  if (namespace === undefined) return undefined;
  return {
    kind: "identity",
    namespace,
    credential: given(env[`${name}__credential`]),
    clientId: given(env[`${name}__clientId`]),
  };
};

/**
 * What a binding's `connection` stands for: the name of a setting with a connection string, or of a group of settings.
 * @throws {Error} when there is no such setting
 */
export const resolveConnection = (name: string | undefined, env: Environment): Connection => {
  const wanted = given(name) ?? DEFAULT_NAME;
  if (/Endpoint=/i.test(wanted))
    throw new Error(
      "Cannot connect to Service Bus: connection is a connection string; name the setting that holds it",
    );
  const found = resolveExact(wanted, env) ?? resolveExact(`AzureWebJobs${wanted}`, env);
  if (found !== undefined) return found;
  throw new Error(
    `Cannot connect to Service Bus: neither ${wanted} nor ${wanted}__fullyQualifiedNamespace is set; set one of them`,
  );
};

const toCredential = ({ credential, clientId }: Connection & { kind: "identity" }): TokenCredential =>
  credential?.toLowerCase() === "managedidentity"
    ? new ManagedIdentityCredential(clientId === undefined ? {} : { clientId })
    : new DefaultAzureCredential();

/** A client for a connection; nothing is sent yet. */
export const createClient = (connection: Connection, options: ServiceBusClientOptions): ServiceBusClient =>
  connection.kind === "connectionString"
    ? new ServiceBusClient(connection.connectionString, options)
    : new ServiceBusClient(connection.namespace, toCredential(connection), options);

import { DefaultAzureCredential } from "@azure/identity";

import { systemClock } from "./clock.ts";
import { makeAccept, type Accept } from "./flow/accept.ts";
import { makeApply, type Apply } from "./flow/apply.ts";
import { makeCapture, type Capture } from "./flow/capture.ts";
import { makeHealth, type ReadHealth } from "./flow/health.ts";
import { makeSettle } from "./flow/settle.ts";
import { makeUpdate } from "./flow/update.ts";
import { makePartnerCenter } from "./partner-center/partnerCenter.ts";
import { makeTransport } from "./partner-center/transport.ts";
import { LICENSE_OUTCOMES, LICENSE_UPDATES, LICENSE_UPDATES_POISON } from "./queue/entities.ts";
import { makeQueues, type Connection } from "./queue/sender.ts";
import { toOutcomeMessage, toPoisonMessage, toRequestMessage } from "./queue/toMessage.ts";
import { readSettings, type Settings } from "./settings.ts";
import { makeReadSecret } from "./vault/secrets.ts";
import { makeTokenSource } from "./vault/tokenSource.ts";

/** What the functions are made of. */
export interface App {
  readonly accept: Accept;
  readonly apply: Apply;
  readonly capture: Capture;
  readonly health: ReadHealth;
}

const toConnection = (settings: Settings, credential: DefaultAzureCredential): Connection => {
  const {
    ServiceBusConnection: connectionString,
    ServiceBusConnection__fullyQualifiedNamespace: fullyQualifiedNamespace = "",
  } = settings;
  // As the binding does: a connection string wins over a namespace
  return connectionString === undefined
    ? { kind: "identity", fullyQualifiedNamespace, credential }
    : { kind: "connectionString", connectionString };
};

/** Builds every part once and hands each what it needs. Opens no connection. */
const buildApp = (settings: Settings): App => {
  const clientId = settings.ServiceBusConnection__clientId;
  const credential = new DefaultAzureCredential(
    clientId === undefined ? {} : { managedIdentityClientId: clientId },
  );
  const clock = systemClock;
  const hold = {
    holdBudgetMs: settings.HOLD_BUDGET_SECONDS * 1000,
    retryBaseMs: settings.RETRY_BASE_MILLISECONDS,
  };
  const lanesPerCustomer = settings.LANES_PER_CUSTOMER;

  const queues = makeQueues(toConnection(settings, credential));
  const readSecret = makeReadSecret(settings.KEY_VAULT_URL, credential);
  const readToken = (): Promise<string> => readSecret(settings.PARTNER_TOKEN_SECRET);
  const transport = makeTransport({
    baseUrl: settings.PARTNER_CENTER_URL,
    connectTimeoutMs: settings.PARTNER_CENTER_CONNECT_TIMEOUT_SECONDS * 1000,
    answerTimeoutMs: settings.PARTNER_CENTER_TIMEOUT_SECONDS * 1000,
    connectionsMax: settings.PARTNER_CENTER_CONNECTIONS,
  });

  const update = makeUpdate({
    partnerCenter: makePartnerCenter(transport.send, clock.now),
    tokens: makeTokenSource({ read: readToken, now: clock.now }),
    clock,
    ...hold,
  });
  const settle = makeSettle({
    clock,
    sendPoison: (message) => queues.send(LICENSE_UPDATES_POISON, toPoisonMessage(message)),
    sendOutcome: (event) => queues.send(LICENSE_OUTCOMES, toOutcomeMessage(event)),
    ...hold,
  });

  return {
    accept: makeAccept({
      enqueue: (request) => queues.send(LICENSE_UPDATES, toRequestMessage(request, lanesPerCustomer)),
      lanesPerCustomer,
    }),
    apply: makeApply({ update, settle }),
    capture: makeCapture(settle),
    health: makeHealth({
      clock,
      probes: { queue: () => queues.check(LICENSE_UPDATES), vault: readToken },
    }),
  };
};

/** The app of this process. Wrong settings stop the start here. */
export const app: App = buildApp(readSettings(process.env));

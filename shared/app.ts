import { DefaultAzureCredential } from "@azure/identity";

import { systemClock } from "./clock.ts";
import { makeAccept } from "./change/accept.ts";
import { makeApply, type Apply } from "./change/apply.ts";
import { makeCapture, type Capture } from "./change/capture.ts";
import { makeCheckTicket, type CheckTicket } from "./ticket/in/checkTicket.ts";
import { makeClean, type Clean } from "./ledger/clean.ts";
import { makeFilePoison, type FilePoison } from "./poison/file.ts";
import { makeFreeze } from "./poison/freeze.ts";
import { makeHealth, type ReadHealth } from "./http/health.ts";
import { makeManage, type Manage } from "./poison/manage.ts";
import { toCallbackMessage, toCallbackReplay } from "./ticket/out/callbackMessage.ts";
import { makeNotify, type Notify } from "./ticket/out/notify.ts";
import { makeOperate, type Operate } from "./poison/operate.ts";
import { makeRemoveEnded } from "./poison/removeEnded.ts";
import { makePatiently } from "./wait/patiently.ts";
import { makePost } from "./ticket/out/post.ts";
import { makePrepare } from "./change/prepare.ts";
import { makePreview, type PreviewRequest } from "./change/preview.ts";
import { makeProve, type Prove } from "./change/prove.ts";
import { makeGetReader } from "./change/reader.ts";
import { makeReadHeld } from "./change/readHeld.ts";
import { makeReadState } from "./change/readState.ts";
import { makeReconcile, type Reconcile } from "./change/reconcile.ts";
import { makeSeats, type Seats } from "./seats/seats.ts";
import { makeRenew, makeTellAlerts, type Renew } from "./token/renew.ts";
import { makeTokenGate, type TokenGate } from "./token/tokenGate.ts";
import { makeReadTokenAlerts, reasonOf } from "./token/tokenHealth.ts";
import { makeTokenEndpoint, type EntraApp } from "./token/entra/tokenEndpoint.ts";
import { makeMfaNotes } from "./token/store/mfaNotes.ts";
import { makeRenewals } from "./token/store/renewals.ts";
import { watchMfa } from "./token/mfaWatch.ts";
import { makeDueProofs } from "./ledger/dueProofs.ts";
import { makeGateStore } from "./token/store/gate.ts";
import { makeSkuCatalogs } from "./partner-center/skuCatalogs.ts";
import { makeUserIds } from "./partner-center/userIds.ts";
import { makeReadTicket } from "./ticket/in/readTicket.ts";
import { makeReceive, type Receive } from "./ticket/in/receive.ts";
import { makeRecorder, type RecorderDeps } from "./change/recorder.ts";
import { makeSettle } from "./change/settle.ts";
import { makeSubmit, type Submit } from "./change/submit.ts";
import { makeTicketHealth } from "./ticket/out/ticketHealth.ts";
import { makeTreat } from "./poison/treat.ts";
import { makeUpdate } from "./change/update.ts";
import { makeView, type View } from "./http/view.ts";
import { makeCallbacksOff } from "./ticket/out/callbacksOff.ts";
import { makeExpired } from "./ledger/expired.ts";
import { makeLedger } from "./ledger/ledger.ts";
import { makeLists } from "./ledger/lists.ts";
import { makeNewestApplied } from "./ledger/newest.ts";
import { makeNotes } from "./poison/store/notes.ts";
import { makeOperations } from "./poison/store/operations.ts";
import { makePoisonIndex } from "./poison/store/poisonIndex.ts";
import { makeTable, type LedgerConnection, type Table } from "./ledger/table/table.ts";
import { makeEvaluate } from "./ticket/mapping/mapper.ts";
import { makePace, type Pace } from "./partner-center/pace/pace.ts";
import { makePacedSend } from "./partner-center/pace/pacedSend.ts";
import { makePartnerCenter } from "./partner-center/partnerCenter.ts";
import { makeTransport } from "./partner-center/transport.ts";
import {
  LICENSE_OPERATIONS,
  LICENSE_OUTCOMES,
  LICENSE_UPDATES,
  LICENSE_UPDATES_POISON,
  TICKET_CALLBACKS,
} from "./message/entities.ts";
import { makeQueues, type Connection } from "./message/sender.ts";
import {
  toOperationMessage,
  toOutcomeMessage,
  toPoisonMessage,
  toReplayMessage,
  toRequestMessage,
  toResumeMessage,
} from "./message/toMessage.ts";
import { readSettings, type Settings } from "./settings.ts";
import { loadSources, type Sources } from "./ticket/source/loadSources.ts";
import { sourcesFolder } from "./ticket/source/folder.ts";
import { makeVault, readSecretOf } from "./vault/secrets.ts";
import { makeSharedSecrets } from "./vault/sharedSecrets.ts";
import { makeTokenSource } from "./token/tokenSource.ts";
import { makeSendWeb } from "./ticket/web/send.ts";
import { makeReadSigningKey } from "./ticket/web/signingKeys.ts";

/** What the functions are made of. */
export interface App {
  readonly submit: Submit;
  readonly sources: Sources;
  readonly receive: Receive;
  readonly checkTicket: CheckTicket;
  readonly notify: Notify;
  readonly apply: Apply;
  readonly capture: Capture;
  readonly filePoison: FilePoison;
  readonly preview: PreviewRequest;
  readonly reconcile: Reconcile;
  readonly seats: Seats;
  readonly prove: Prove;
  readonly gate: TokenGate;
  /** Absent when somebody else renews the partner access token. */
  readonly renew?: Renew;
  readonly tellAlerts: Renew;
  readonly pace: Pick<Pace, "state">;
  /** When the timers go off (NCRONTAB). */
  readonly schedules: { readonly seats: string; readonly proofs: string; readonly renewal: string };
  readonly view: View;
  readonly manage: Manage;
  readonly operate: Operate;
  readonly clean: Clean;
  readonly health: ReadHealth;
  /** Whether Easy Auth stands in front and says who asks. */
  readonly hasEasyAuth: boolean;
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

const toLedgerConnection = (settings: Settings, credential: DefaultAzureCredential): LedgerConnection => {
  const { AzureWebJobsStorage: connectionString = "", LEDGER_TABLES_URL: url } = settings;
  return url === undefined
    ? { kind: "connectionString", connectionString }
    : { kind: "identity", url, credential };
};

/** The parts that keep what is known, over the tables of the storage account. */
const buildLedger = (connection: LedgerConnection) => {
  const table = (name: string): Table => makeTable(connection, name);
  const entries = table("licenseledger");
  const lists = table("licenselists");
  const poison = table("licensepoison");
  const newest = makeNewestApplied(table("licensenewest"));
  const ledger = makeLedger({ entries, lists, poison, newest });
  return {
    ledger,
    newest,
    lists: makeLists(lists, ledger),
    poisonIndex: makePoisonIndex(poison),
    notes: makeNotes(table("licensenotes")),
    callbacks: table("licensecallbacks"),
    gate: table("licensegate"),
    dueProofs: makeDueProofs(lists, ledger),
    operations: makeOperations(table("licenseoperations")),
    expired: makeExpired(lists, poison, ledger),
    /** Any answer will do. */
    probe: () => entries.get("health", "health"),
  };
};

const entraAppOf = (settings: Settings): EntraApp | undefined => {
  const { PARTNER_TENANT_ID: tenantId, PARTNER_CLIENT_ID: clientId } = settings;
  return tenantId === undefined || clientId === undefined
    ? undefined
    : { tenantId, clientId, authority: settings.PARTNER_AUTHORITY_URL };
};

/** A new token is worth some patience with the vault; shorter than the lease of a renewal. */
const WRITE_PATIENCE_MS = 45_000;

/** A sender that signs with a key to be fetched waits 5 s for its answer. */
const SIGNING_KEY_TIMEOUT_MS = 2000;

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
  const vault = makeVault(settings.KEY_VAULT_URL, credential);
  const readSecret = readSecretOf(vault);
  const readToken = (): Promise<string> => readSecret(settings.PARTNER_TOKEN_SECRET);
  const transport = makeTransport({
    baseUrl: settings.PARTNER_CENTER_URL,
    connectTimeoutMs: settings.PARTNER_CENTER_CONNECT_TIMEOUT_SECONDS * 1000,
    answerTimeoutMs: settings.PARTNER_CENTER_TIMEOUT_SECONDS * 1000,
    connectionsMax: settings.PARTNER_CENTER_CONNECTIONS,
  });

  const kept = buildLedger(toLedgerConnection(settings, credential));
  const { ledger, newest, lists, poisonIndex, notes, operations, expired } = kept;

  const patiently = makePatiently(clock, hold);
  const newerThan: RecorderDeps["newerThan"] = (about, acceptedAt) => newest.newerThan(about, acceptedAt);
  const record = makeRecorder({
    ledger,
    newerThan,
    proofDelayMs: settings.PROOF_DELAY_SECONDS * 1000,
    clock,
    patiently,
  });
  const tokens = makeTokenSource({ read: readToken, now: clock.now });
  const gate = makeTokenGate(makeGateStore(kept.gate), clock);
  const getReader = makeGetReader(tokens, gate);
  const renewals = makeRenewals(kept.gate, clock.now);
  const app = entraAppOf(settings);
  const pace = makePace({ clock, maxRate: settings.PARTNER_CENTER_CALLS_PER_SECOND });
  const mfaNotes = makeMfaNotes(kept.gate);
  const send = watchMfa(transport.send, (tokenId) => {
    // For the record; the call itself must not wait for it, nor fail with it
    mfaNotes.note(tokenId).catch(() => undefined);
  });
  const partnerCenter = makePartnerCenter(makePacedSend(send, pace, clock.now), clock.now);
  const catalogs = makeSkuCatalogs(partnerCenter, clock.now);
  const userIds = makeUserIds(partnerCenter);
  const readHeld = makeReadHeld(partnerCenter, userIds);
  const readState = makeReadState({ readHeld, catalogs, getReader });
  const update = makeUpdate({
    partnerCenter,
    prepare: makePrepare({ readHeld, catalogs, userIds }),
    tokens,
    gate,
    clock,
    ...hold,
  });
  const settle = makeSettle({
    patiently,
    sendPoison: (message) => queues.send(LICENSE_UPDATES_POISON, toPoisonMessage(message)),
    sendOutcome: (event) => queues.send(LICENSE_OUTCOMES, toOutcomeMessage(event)),
  });
  const accept = makeAccept({
    clock,
    ledger,
    enqueue: (request) => queues.send(LICENSE_UPDATES, toRequestMessage(request, lanesPerCustomer)),
    lanesPerCustomer,
  });

  const sources = loadSources(sourcesFolder(settings.TICKETS_FOLDER));
  const secrets = makeSharedSecrets(readSecret, clock.now);
  const evaluate = makeEvaluate();
  const web = {
    timeoutMs: settings.CALLBACK_TIMEOUT_SECONDS * 1000,
    allowLoopback: settings.CALLBACK_LOOPBACK,
  };
  const readTicket = makeReadTicket({
    clock,
    secrets,
    evaluate,
    readSigningKey: makeReadSigningKey(
      makeSendWeb({ ...web, timeoutMs: SIGNING_KEY_TIMEOUT_MS, hosts: undefined }),
      clock.now,
    ),
  });
  const off = makeCallbacksOff(kept.callbacks, clock.now);

  const sendTick = (operationId: string, tick: number): Promise<void> =>
    queues.send(LICENSE_OPERATIONS, toOperationMessage(operationId, tick));
  const treat = makeTreat({
    clock,
    ledger,
    sendReplay: (key, body, { kind, original }, lane) =>
      kind === "callback"
        ? queues.send(TICKET_CALLBACKS, toCallbackReplay(key, body))
        : queues.send(LICENSE_UPDATES, toReplayMessage(key, body, original, lane)),
    published: settle.published,
  });

  const readAlerts = makeReadTokenAlerts({
    clock,
    vault,
    renewals,
    gate,
    mfaNotes,
    accessSecret: settings.PARTNER_TOKEN_SECRET,
    refreshSecret: app === undefined ? undefined : settings.PARTNER_REFRESH_TOKEN_SECRET,
  });

  return {
    ...(app === undefined
      ? {}
      : {
          renew: makeRenew({
            clock,
            vault,
            renewals,
            endpoint: makeTokenEndpoint(app, clock.now),
            secrets: {
              refresh: settings.PARTNER_REFRESH_TOKEN_SECRET,
              access: settings.PARTNER_TOKEN_SECRET,
              credential: settings.PARTNER_CREDENTIAL_SECRET,
              app: `${app.tenantId}/${app.clientId}`,
            },
            gate,
            patiently: makePatiently(clock, { ...hold, holdBudgetMs: WRITE_PATIENCE_MS }),
          }),
        }),
    tellAlerts: makeTellAlerts({
      clock,
      renewals,
      readAlerts,
      publish: (event) => queues.send(LICENSE_OUTCOMES, toOutcomeMessage(event)),
    }),
    submit: makeSubmit(accept),
    sources,
    receive: makeReceive({
      clock,
      sources,
      readTicket,
      accept,
      publish: (event) => queues.send(LICENSE_OUTCOMES, toOutcomeMessage(event)),
    }),
    checkTicket: makeCheckTicket({ sources, readTicket }),
    notify: makeNotify({
      clock,
      sources,
      off,
      post: makePost({
        clock,
        secrets,
        evaluate,
        send: makeSendWeb({ ...web, hosts: settings.CALLBACK_HOSTS }),
      }),
      ledger,
      settle,
      schedule: (body, key, atMs) => queues.send(TICKET_CALLBACKS, toCallbackMessage(body, key, atMs)),
      patiently,
      scheduleSeconds: settings.CALLBACK_SCHEDULE_SECONDS,
    }),
    apply: makeApply({ clock, record, update, settle, report: (log) => pace.report(log) }),
    pace,
    capture: makeCapture({ clock, record, settle }),
    filePoison: makeFilePoison({ clock, ledger, patiently }),
    preview: makePreview({ partnerCenter, catalogs, userIds, getReader }),
    reconcile: makeReconcile({ lists, readState }),
    seats: makeSeats({
      clock,
      ledger,
      lists,
      catalogs,
      getReader,
      newerThan,
      sendResume: (request, body, number) =>
        queues.send(LICENSE_UPDATES, toResumeMessage(request, body, number, lanesPerCustomer)),
      settle,
    }),
    prove: makeProve({ clock, ledger, due: kept.dueProofs, readState, newerThan }),
    gate,
    schedules: {
      seats: settings.SEATS_SCHEDULE,
      proofs: settings.PROOF_SCHEDULE,
      renewal: settings.RENEWAL_SCHEDULE,
    },
    view: makeView({ ledger, lists, poisonIndex, notes, operations }),
    manage: makeManage({ clock, operations, sendTick }),
    operate: makeOperate({
      clock,
      operations,
      freeze: makeFreeze({ ledger, poisonIndex, operations, lanesPerCustomer }),
      treat,
      sendTick,
      patiently,
    }),
    clean: makeClean({
      clock,
      ledger,
      expired,
      removeOperations: makeRemoveEnded(operations),
      retentionDays: settings.LEDGER_RETENTION_DAYS,
    }),
    health: makeHealth({
      clock,
      warnings: {
        tickets: makeTicketHealth({ sources, secrets, off }),
        token: async () => reasonOf(await readAlerts()),
      },
      probes: { queue: () => queues.check(LICENSE_UPDATES), vault: readToken, ledger: kept.probe },
    }),
    hasEasyAuth: settings.EASY_AUTH,
  };
};

/** The app of this process. Wrong settings stop the start here. */
export const app: App = buildApp(readSettings(process.env));

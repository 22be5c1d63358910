import { DefaultAzureCredential } from "@azure/identity";

import { makeChanges, type Changes } from "./change/change.ts";
import { systemClock } from "./clock.ts";
import { makeHttp, type Http } from "./http/http.ts";
import type { Clean } from "./ledger/clean.ts";
import { makeLedger } from "./ledger/ledger.ts";
import { makeMessages } from "./message/message.ts";
import { makePartnerCenter } from "./partner-center/partnerCenter.ts";
import { makePoison, type Poison } from "./poison/poison.ts";
import { makeSeats, type Seats } from "./seats/seats.ts";
import { readSettings, type Settings } from "./settings.ts";
import { makeTickets, type Tickets } from "./ticket/ticket.ts";
import { makeToken, type Token } from "./token/token.ts";
import { makeVault } from "./vault/vault.ts";
import { makePatiently } from "./wait/patiently.ts";

/** What the functions are made of: the rooms that they open. */
export interface App {
  readonly http: Http;
  readonly tickets: Tickets;
  readonly poison: Poison;
  readonly seats: Seats;
  readonly changes: Changes;
  readonly token: Token;
  /** Takes what has ended long ago out of the ledger. */
  readonly clean: Clean;
  /** When the timers go off (NCRONTAB). */
  readonly schedules: Readonly<Record<"seats" | "proofs" | "renewal" | "deadLetters", string>>;
}

/** Builds every room once and hands each what it needs. Opens no connection. */
const buildApp = (settings: Settings): App => {
  const clientId = settings.ServiceBusConnection__clientId;
  const credential = new DefaultAzureCredential(
    clientId === undefined ? {} : { managedIdentityClientId: clientId },
  );
  const clock = systemClock;
  const hold = {
    holdBudgetMs: settings.HOLD_BUDGET_SECONDS * 1000,
    backoffBaseMs: settings.RETRY_BASE_MILLISECONDS,
  };
  const patiently = makePatiently(clock, hold);
  const once = makePatiently(clock, { ...hold, holdBudgetMs: 0 });

  const vault = makeVault({ settings, credential, clock });
  const ledger = makeLedger({ settings, credential, clock });
  const messages = makeMessages({ settings, credential });
  const token = makeToken({ settings, clock, hold, vault, ledger, publish: messages.publish });
  const partnerCenter = makePartnerCenter({ settings, clock, watch: token.watchMfa });
  const changes = makeChanges({
    settings,
    clock,
    hold,
    patiently,
    once,
    ledger,
    messages,
    token,
    partnerCenter,
  });
  const { accept, settle, settleOnce, getReader } = changes;
  const seats = makeSeats({
    clock,
    ledger,
    lists: ledger.lists,
    catalogs: partnerCenter.catalogs,
    getReader,
    newerThan: ledger.newerThan,
    sendResume: messages.resume,
    settle,
  });
  const tickets = makeTickets({
    settings,
    clock,
    patiently,
    vault,
    ledger,
    messages,
    accept,
    settle,
    settleOnce,
  });
  const poison = makePoison({
    settings,
    clock,
    patiently,
    once,
    ledger,
    messages,
    published: settle.published,
    captureUpdate: changes.capture,
    captureCallback: tickets.notify.capture,
    replayCallback: tickets.replay,
  });
  const http = makeHttp({ settings, clock, ledger, messages, token, partnerCenter, poison, tickets });

  return {
    http,
    tickets,
    poison,
    seats,
    changes,
    token,
    clean: ledger.cleaning(poison.removeEnded),
    schedules: {
      seats: settings.SEATS_SCHEDULE,
      proofs: settings.PROOF_SCHEDULE,
      renewal: settings.RENEWAL_SCHEDULE,
      deadLetters: settings.DEAD_LETTERS_SCHEDULE,
    },
  };
};

/** The app of this process. Wrong settings stop the start here. */
export const app: App = buildApp(readSettings(process.env));

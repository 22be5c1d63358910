import type { RefusalCategory } from "../../../outcome/causes.ts";
import { causesInGerman, type CauseText, type CauseTexts } from "./causesInGerman.ts";

/** The sentences of a language; names in braces are filled in. */
interface Language {
  readonly assigned: string;
  readonly removed: string;
  readonly and: string;
  readonly applied: string;
  readonly alreadySo: string;
  readonly warnings: string;
  readonly refused: string;
  readonly parked: string;
  readonly discarded: string;
  readonly rejected: string;
  readonly owners: Readonly<Record<string, string>>;
  /** Undefined: the cause reads as the event has it. */
  readonly causes: CauseTexts | undefined;
}

const languages = {
  en: {
    assigned: "assign {licenses}",
    removed: "remove {licenses}",
    and: "and",
    applied: "License change applied for {user}: {wish}. Request {requestId}.",
    alreadySo: "Nothing was left to change for {user}: {wish} was so already. Request {requestId}.",
    warnings: "Microsoft warns: {warnings}",
    refused:
      "License change not applied for {user}: {wish}. {meaning} ({category}). To do ({owner}): {remedy}. Request {requestId}.",
    parked:
      "License change waits for a free seat for {user}: {wish}. It is made as soon as there is one, until {until} UTC. Request {requestId}.",
    discarded:
      "License change closed without being applied for {user}: {wish}. By {by}{why}. Request {requestId}.",
    rejected: "This ticket asks for no license change that can be carried out. To be corrected: {errors}",
    owners: {
      customer: "customer",
      "partner admin": "partner admin",
      operator: "operator",
      Microsoft: "Microsoft",
    },
    causes: undefined,
  },
  de: {
    assigned: "{licenses} zuweisen",
    removed: "{licenses} entziehen",
    and: "und",
    applied: "Lizenzänderung für {user} ausgeführt: {wish}. Auftrag {requestId}.",
    alreadySo: "Für {user} war nichts zu ändern: {wish} war schon erledigt. Auftrag {requestId}.",
    warnings: "Microsoft warnt: {warnings}",
    refused:
      "Lizenzänderung für {user} nicht ausgeführt: {wish}. {meaning} ({category}). Zu tun ({owner}): {remedy}. Auftrag {requestId}.",
    parked:
      "Lizenzänderung für {user} wartet auf eine freie Lizenz: {wish}. Sie wird ausgeführt, sobald eine frei ist, längstens bis {until} UTC. Auftrag {requestId}.",
    discarded:
      "Lizenzänderung für {user} ohne Ausführung geschlossen: {wish}. Von {by}{why}. Auftrag {requestId}.",
    rejected:
      "Dieses Ticket enthält keine Lizenzänderung, die ausgeführt werden kann. Zu berichtigen (englisch): {errors}",
    owners: {
      customer: "Kunde",
      "partner admin": "Partner-Administrator",
      operator: "Betrieb",
      Microsoft: "Microsoft",
    },
    causes: causesInGerman,
  },
} as const satisfies Readonly<Record<string, Language>>;

export type LanguageName = keyof typeof languages;

/** The sentences of a language, as the type that all of them have. */
export const languageOf = (name: LanguageName): Language => languages[name];

const hasText = (causes: CauseTexts, category: string): category is RefusalCategory =>
  Object.hasOwn(causes, category);

/** What a cause reads like; undefined without words for it: an event may be older than the table of causes. */
export const causeTextOf = ({ causes }: Language, category: string): CauseText | undefined =>
  causes !== undefined && hasText(causes, category) ? causes[category] : undefined;

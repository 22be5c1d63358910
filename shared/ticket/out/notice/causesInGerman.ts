import type { RefusalCategory } from "../../../outcome/causes.ts";

/** What a cause reads like in a language. */
export interface CauseText {
  readonly meaning: string;
  readonly remedy: string;
}

/** What every cause reads like in a language: none is missing, and none is there that no table has. */
export type CauseTexts = Readonly<Record<RefusalCategory, CauseText>>;

/** Category → what happened and what to do, in German; what the table of causes says, in short. */
export const causesInGerman = {
  "access-denied": {
    meaning: "Partner Center erlaubt diese Änderung nicht",
    remedy: "Beziehung zum Kunden und Rollen des Dienstkontos prüfen, dann erneut ausführen",
  },
  "action-not-allowed": {
    meaning: "Die Aktion ist für diesen Kunden nicht erlaubt",
    remedy: "Beziehung zum Kunden und Zustand des Abonnements prüfen, dann erneut ausführen",
  },
  "conditional-access": {
    meaning: "Eine Richtlinie für bedingten Zugriff des Kunden sperrt den Partner aus",
    remedy: "Den Kunden bitten, den Partner von der Richtlinie auszunehmen, dann erneut ausführen",
  },
  conflict: {
    meaning: "Die Änderung trifft auf eine andere Änderung desselben Benutzers",
    remedy: "Lizenzen des Benutzers ansehen und erneut ausführen, wenn die Änderung noch gewünscht ist",
  },
  "customer-id-invalid": {
    meaning: "Partner Center nimmt die Kunden-ID nicht an",
    remedy: "customerId auf die Mandanten-ID des Kunden berichtigen und neu beauftragen",
  },
  "customer-not-found": {
    meaning: "Der Partner hat keinen solchen Kunden",
    remedy: "customerId auf die Mandanten-ID des Kunden berichtigen und neu beauftragen",
  },
  "dead-lettered": {
    meaning: "Der Nachrichtendienst hat den Auftrag beiseitegelegt",
    remedy: "Den Grund des Nachrichtendienstes lesen, ihn beheben, dann erneut ausführen",
  },
  expired: {
    meaning: "Der Auftrag hat länger gewartet, als er gültig war",
    remedy: "Klären, warum nichts abgeholt wurde, dann erneut ausführen, wenn noch gewünscht",
  },
  "gdap-role-missing": {
    meaning: "Das Dienstkonto hat im Mandanten des Kunden zu wenig Rechte",
    remedy:
      "Die GDAP-Beziehung prüfen (gültig, mit Lizenz- oder Benutzeradministrator), dann erneut ausführen",
  },
  "invalid-message": {
    meaning: "Die Nachricht in der Warteschlange ist kein Auftrag",
    remedy: "Den Absender berichtigen und neu beauftragen",
  },
  "invalid-request": {
    meaning: "Partner Center hält den Auftrag für ungültig",
    remedy:
      "Beschreibung lesen: oft eine falsche SKU oder ein Benutzer ohne Nutzungsstandort; berichtigen und neu beauftragen",
  },
  "migration-failed": {
    meaning: "Die Umstellung der Lizenzen des Kunden ist gescheitert",
    remedy: "Supportfall bei Microsoft öffnen und danach erneut ausführen",
  },
  "no-relationship": {
    meaning: "Der Partner hat keine Geschäftsbeziehung mit dem Kunden",
    remedy: "customerId prüfen; stimmt sie, die Vertriebsbeziehung herstellen, dann erneut ausführen",
  },
  "no-seats": {
    meaning: "Der Kunde hat keine freie Lizenz dieser SKU mehr",
    remedy: "Lizenzen kaufen oder eine freigeben, dann erneut ausführen",
  },
  "not-found": {
    meaning: "Partner Center findet nicht, was der Auftrag nennt",
    remedy: "customerId und userId prüfen, berichtigen und neu beauftragen",
  },
  "not-supported": {
    meaning: "Partner Center kennt diesen Aufruf nicht",
    remedy: "Supportfall bei Microsoft öffnen",
  },
  rejected: {
    meaning: "Partner Center hat den Aufruf abgewiesen",
    remedy: "Beschreibung lesen, den Auftrag berichtigen und neu stellen",
  },
  "request-id-reused": {
    meaning: "Die requestId gehört schon zu einem anderen Auftrag",
    remedy: "Jeder Änderung eine eigene requestId geben und neu beauftragen",
  },
  "retries-exhausted": {
    meaning: "Der Auftrag wurde so oft versucht, wie es erlaubt ist, und blieb unerledigt",
    remedy: "Prüfen, ob Partner Center und der Tresor antworten, dann erneut ausführen",
  },
  "role-missing": {
    meaning: "Der Rolle des Dienstkontos fehlt das Recht",
    remedy: "Dem Dienstkonto eine Rolle geben, die Lizenzen verwalten darf, dann erneut ausführen",
  },
  "service-error": {
    meaning: "Partner Center ist beim Bearbeiten gescheitert",
    remedy: "Erneut ausführen, sobald Partner Center wieder gesund ist",
  },
  "stale-etag": { meaning: "Das Objekt wurde zwischenzeitlich geändert", remedy: "Erneut ausführen" },
  throttled: {
    meaning: "Partner Center begrenzt die Zahl der Aufrufe",
    remedy: "Später erneut ausführen",
  },
  timeout: {
    meaning: "Partner Center hat nicht rechtzeitig geantwortet",
    remedy: "Erneut ausführen, sobald Partner Center wieder gesund ist",
  },
  "token-app-only": {
    meaning: "Das Zugriffstoken gehört nur der Anwendung; Lizenzaufrufe brauchen einen Benutzer",
    remedy: "Ein App+User-Token im Tresor ablegen, dann erneut ausführen",
  },
  "token-audience": {
    meaning: "Das Zugriffstoken wurde für einen anderen Dienst ausgestellt",
    remedy: "Das Token für Partner Center anfordern und im Tresor ablegen, dann erneut ausführen",
  },
  "token-issuance": {
    meaning: "Microsoft Entra hat ein Token für den Mandanten des Kunden verweigert",
    remedy:
      "GDAP-Beziehung, Zustimmung der Anwendung und Richtlinien des Kunden prüfen, dann erneut ausführen",
  },
  "token-kind": {
    meaning: "Das Token im Tresor stammt von generatetoken; Lizenzaufrufe nehmen es nicht",
    remedy: "Das App+User-Token selbst im Tresor ablegen, dann erneut ausführen",
  },
  "token-mfa": {
    meaning: "Das Zugriffstoken wurde ohne Mehrfaktor-Anmeldung geholt",
    remedy: "Als Dienstkonto mit Mehrfaktor-Anmeldung neu anmelden, dann erneut ausführen",
  },
  "token-missing": {
    meaning: "Partner Center fand kein Token im Aufruf",
    remedy: "Prüfen, dass das Geheimnis im Tresor nur das Token enthält, dann erneut ausführen",
  },
  "token-rejected": {
    meaning: "Partner Center nimmt das Zugriffstoken nicht an",
    remedy: "Das Token im Tresor erneuern, dann erneut ausführen",
  },
  unavailable: {
    meaning: "Partner Center ist nicht verfügbar",
    remedy: "Erneut ausführen, sobald Partner Center wieder gesund ist",
  },
  "answer-unclear": {
    meaning:
      "Zweimal meldete die Antwort Erfolg, ohne die Änderung zu nennen, und kein Lesen der Lizenzen des Benutzers zeigt sie",
    remedy: "PARTNER_CENTER_URL und Proxys prüfen, Lizenzen des Benutzers ansehen, dann erneut ausführen",
  },
  "unexpected-answer": {
    meaning: "Der Aufruf wurde mit einer Weiterleitung beantwortet",
    remedy: "PARTNER_CENTER_URL und Proxys prüfen, dann erneut ausführen",
  },
  "user-not-found": {
    meaning: "Der Kunde hat keinen solchen Benutzer",
    remedy:
      "userId berichtigen und neu beauftragen; einen eben angelegten Benutzer in einigen Minuten erneut versuchen",
  },
  "mixed-license-groups": {
    meaning: "Der Auftrag enthält Lizenzen aus mehr als einer Lizenzgruppe",
    remedy: "Für jede Gruppe einen eigenen Auftrag stellen",
  },
  "unknown-plan": {
    meaning: "Der Auftrag nennt einen Dienstplan, den das Produkt nicht hat",
    remedy: "Den Namen berichtigen und neu beauftragen",
  },
  "unknown-sku": {
    meaning: "Der Auftrag nennt ein Produkt, das der Kunde nicht oder unter mehreren Namen abonniert hat",
    remedy: "Den Namen berichtigen oder das Abonnement kaufen und neu beauftragen",
  },
  "usage-location-missing": {
    meaning: "Der Benutzer hat keinen Nutzungsstandort, ohne den keine Lizenz zugewiesen werden kann",
    remedy: "Mit usageLocation neu beauftragen, oder den Standort des Benutzers setzen und erneut ausführen",
  },
  "token-gate": {
    meaning:
      "Der Auftrag hat so lange auf ein gültiges Zugriffstoken gewartet, wie es die Warteschlange erlaubt",
    remedy: "Ein Token hinterlegen, das Partner Center annimmt, dann erneut ausführen",
  },
} as const satisfies CauseTexts;

import type { PartnerToken } from "./partnerToken.ts";

/** Something about a token that somebody should look at before a customer notices. */
export interface TokenAlert {
  /** A name that stays the same as long as it is the same trouble. */
  readonly id: string;
  readonly severity: "notice" | "warning" | "critical";
  readonly meaning: string;
  readonly remedy: string;
}

/** What is known of the tokens. Times are milliseconds since 1970. */
export interface TokenFacts {
  readonly nowMs: number;
  /** Undefined when it cannot be read. */
  readonly access: PartnerToken | undefined;
  /** When the refresh token was stored; undefined when there is none or it cannot be read. */
  readonly refreshCreatedAtMs: number | undefined;
  /** Whether the relay renews the token itself. */
  readonly isRenewing: boolean;
  /** Why the renewal has stopped. */
  readonly stopped:
    { readonly category: string; readonly meaning: string; readonly remedy: string } | undefined;
  /** Why the latest renewal failed. */
  readonly failedWhy: string | undefined;
  /** The cause for which nothing is called with this token. */
  readonly gateCategory: string | undefined;
  /** Partner Center said that the token is without MFA. */
  readonly isWithoutMfa: boolean;
}

const DAY_MS = 24 * 60 * 60_000;
/**
 * A refresh token lasts so long when it is not used:
 * https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
const REFRESH_LIFE_MS = 90 * DAY_MS;
/** With less left than this, the access token should have been renewed. */
const RENEWAL_LATE_MS = 10 * 60_000;

/** The ladder: the highest rung that is reached counts. */
const rungs = [
  { percent: 90, severity: "critical" },
  { percent: 70, severity: "warning" },
  { percent: 50, severity: "notice" },
] as const;

const refreshAge = ({ nowMs, refreshCreatedAtMs }: TokenFacts): readonly TokenAlert[] => {
  if (refreshCreatedAtMs === undefined) return [];
  const ageMs = nowMs - refreshCreatedAtMs;
  const rung = rungs.find(({ percent }) => ageMs >= (REFRESH_LIFE_MS * percent) / 100);
  if (rung === undefined) return [];
  const days = Math.floor(ageMs / DAY_MS);
  return [
    {
      id: `refresh-token-${rung.percent}-percent`,
      severity: rung.severity,
      meaning: `The refresh token is ${days} days old; after 90 days it cannot be used any more`,
      remedy:
        "See why it is not renewed (GET /api/health, the log of renewPartnerToken), or sign in again: npx license-relay consent",
    },
  ];
};

const accessLeft = ({ nowMs, access, isRenewing, failedWhy }: TokenFacts): readonly TokenAlert[] => {
  const { expiresAtMs } = access ?? {};
  if (access === undefined) {
    return [
      {
        id: "access-token-missing",
        severity: "critical",
        meaning: "There is no partner access token to be read",
        remedy: isRenewing
          ? "Sign in as the service account: npx license-relay consent"
          : "Store a partner access token in the vault, or have the relay renew it (PARTNER_TENANT_ID, PARTNER_CLIENT_ID)",
      },
    ];
  }
  if (expiresAtMs === undefined || expiresAtMs - nowMs > (isRenewing ? RENEWAL_LATE_MS : 0)) return [];
  const why = failedWhy === undefined ? "" : `: ${failedWhy}`;
  return [
    {
      id: expiresAtMs <= nowMs ? "access-token-expired" : "access-token-not-renewed",
      severity: expiresAtMs <= nowMs ? "critical" : "warning",
      meaning: `The partner access token ${expiresAtMs <= nowMs ? "has expired" : "expires in less than 10 minutes"}, and was not renewed${why}`,
      remedy: isRenewing
        ? "See the log of renewPartnerToken"
        : "See to whatever stores the partner access token in the vault",
    },
  ];
};

const unfit = ({ access }: TokenFacts): readonly TokenAlert[] =>
  (access?.problems ?? []).map(({ problem, remedy }) => ({
    id: `access-token-${problem.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`,
    severity: "critical",
    meaning: `The partner access token is not one that license calls take: ${problem}`,
    remedy,
  }));

const renewal = ({ stopped }: TokenFacts): readonly TokenAlert[] =>
  stopped === undefined
    ? []
    : [
        {
          id: `renewal-stopped-${stopped.category}`,
          severity: "critical",
          meaning: stopped.meaning,
          remedy: stopped.remedy,
        },
      ];

const gate = ({ gateCategory }: TokenFacts): readonly TokenAlert[] =>
  gateCategory === undefined
    ? []
    : [
        {
          id: "token-gate-closed",
          severity: "critical",
          meaning: `Partner Center refuses the token (${gateCategory}); nothing is called with it`,
          remedy:
            "Set the cause right and store another token, or open the gate: npx license-relay gate open",
        },
      ];

const mfa = ({ isWithoutMfa }: TokenFacts): readonly TokenAlert[] =>
  isWithoutMfa
    ? [
        {
          id: "token-not-mfa-compliant",
          severity: "critical",
          meaning:
            "Partner Center says that the token is not MFA compliant: its calls are going to be refused",
          remedy: "Sign in once more with MFA as the service account: npx license-relay consent",
        },
      ]
    : [];

/** What somebody should look at, the most pressing first. Pure. */
export const judgeTokens = (facts: TokenFacts): readonly TokenAlert[] => {
  const order = ["critical", "warning", "notice"];
  return [renewal, gate, accessLeft, unfit, mfa, refreshAge]
    .flatMap((judge) => judge(facts))
    .toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
};

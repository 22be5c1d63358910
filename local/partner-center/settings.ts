import { z } from "zod";

const Rate = z.strictObject({
  /** Calls a second that can go on for ever. */
  perSecond: z.number().positive(),
  /** Calls that may come at once after a pause. */
  burst: z.int().positive(),
});
export type Rate = z.infer<typeof Rate>;

const errorStatus = z.int().min(400).max(599);
const milliseconds = z.number().nonnegative();

/** How Partner Center is to behave where its documentation leaves it open, or where a test wants it. */
export const PartnerCenterSettings = z.strictObject({
  /** Status of a license update that succeeded: the two pages disagree. */
  successStatus: z.literal([200, 201]),
  byteOrderMark: z.boolean(),
  errorCodes: z.enum(["number", "text"]),
  /** Removing a license that the user does not hold. */
  removeAbsent: z.enum(["refuse", "accept"]),
  /** Assigning a license that the user holds: the new plans replace the old ones, or it is refused. */
  reassign: z.enum(["replace", "refuse"]),
  /** A request that assigns and removes: all of it, or only what is to be assigned. */
  bothLists: z.enum(["atomic", "assignOnly"]),
  /** Licenses that users have through a group. */
  groupLicenses: z.array(z.strictObject({ userId: z.string(), skuId: z.string() })),
  /** Removing such a license: refused, or answered as a success that changes nothing. */
  removeGroupLicense: z.enum(["refuse", "ignore"]),
  /** Licenses of two groups in one request. */
  mixedGroups: z.enum(["refuse", "accept"]),
  /** The answer for a user without usage location. */
  noUsageLocation: z.strictObject({ status: errorStatus, code: z.int() }),
  userNotFoundCode: z.literal([60002, 1000]),
  /** A user principal name in the path of a read. */
  userNameInReads: z.enum(["accept", "refuse"]),
  /** How a plan that is off shows in the user's licenses. */
  excludedPlansShow: z.enum(["asDisabled", "notAtAll"]),
  /** Two updates of one user at the same time. */
  parallelUpdates: z.enum(["accept", "refuse"]),
  /** What a token without MFA gets: 900421, the older answer without a body, or nothing special. */
  withoutMfa: z.enum(["refuse", "refuseWithoutBody", "accept"]),
  /** A repeat under the same MS-RequestId. */
  replay: z.enum(["stored", "re-execute"]),
  replayWindowMs: milliseconds,
  replayMaxEntries: z.int().positive(),
  /** For all calls together; null is no limit. */
  partnerRate: Rate.nullable(),
  /** For each customer's calls; null is no limit. */
  customerRate: Rate.nullable(),
  retryAfter: z.enum(["seconds", "date", "absent"]),
  /** For one customer's calls, by tenant id, in place of customerRate. */
  customerRates: z.record(z.string(), Rate),
  /** From the end of the request to its processing. */
  latencyMs: milliseconds,
  /** Reads of licenses show what was true so long ago. */
  readsLagMs: milliseconds,
});
export type PartnerCenterSettings = z.infer<typeof PartnerCenterSettings>;

/** Some of the settings. */
export const SettingsChange = PartnerCenterSettings.partial();
export type SettingsChange = z.infer<typeof SettingsChange>;

export const defaultSettings: PartnerCenterSettings = {
  successStatus: 201,
  byteOrderMark: true,
  errorCodes: "number",
  removeAbsent: "refuse",
  reassign: "replace",
  bothLists: "atomic",
  groupLicenses: [],
  removeGroupLicense: "refuse",
  mixedGroups: "refuse",
  noUsageLocation: { status: 400, code: 3000 },
  userNotFoundCode: 60002,
  userNameInReads: "accept",
  excludedPlansShow: "asDisabled",
  parallelUpdates: "accept",
  withoutMfa: "refuse",
  replay: "stored",
  replayWindowMs: 10 * 60 * 1000,
  replayMaxEntries: 10_000,
  partnerRate: null,
  customerRate: null,
  customerRates: {},
  retryAfter: "seconds",
  latencyMs: 0,
  readsLagMs: 0,
};

/** The settings with some of them changed. @throws {z.ZodError} for a value that is none */
export const changeSettings = (
  settings: PartnerCenterSettings,
  change: SettingsChange,
): PartnerCenterSettings => PartnerCenterSettings.parse({ ...settings, ...change });

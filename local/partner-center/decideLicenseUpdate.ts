import { good, refused, type Answer, type Checked } from "./answer.ts";
import { refuse } from "./documentedErrors.ts";
import type { LicenseAssignment, LicenseUpdate } from "./readLicenseUpdate.ts";
import type { PartnerCenterSettings } from "./settings.ts";
import { availableUnits, type Customer, type LicenseWarning, type Subscription, type User } from "./world.ts";

export interface LicenseDecision {
  /** What has to be done: a removal of what is not held is gone from it. */
  readonly change: LicenseUpdate;
  readonly warnings: readonly LicenseWarning[];
}

type LicenseRules = Pick<
  PartnerCenterSettings,
  | "removeAbsent"
  | "reassign"
  | "bothLists"
  | "groupLicenses"
  | "removeGroupLicense"
  | "mixedGroups"
  | "noUsageLocation"
>;

interface Question {
  readonly customer: Customer;
  readonly user: User;
  readonly update: LicenseUpdate;
  readonly rules: LicenseRules;
}

const invalid = (description: string): Answer => refuse(400, 3000, { description });

const skuIdsOf = ({ assigned, removed }: LicenseUpdate): readonly string[] => [
  ...assigned.map(({ skuId }) => skuId),
  ...removed,
];

const findEmpty = ({ update }: Question): Answer | undefined =>
  skuIdsOf(update).length === 0
    ? refuse(400, 800002, { description: "The request has nothing to assign and nothing to remove." })
    : undefined;

const findRepeated = ({ update }: Question): Answer | undefined => {
  const skuIds = skuIdsOf(update);
  const repeated = skuIds.find((skuId, at) => skuIds.indexOf(skuId) < at);
  return repeated === undefined
    ? undefined
    : refuse(400, 800002, { description: `The license ${repeated} occurs twice in the request.` });
};

const findUnknownSku = ({ customer, update }: Question): Answer | undefined => {
  const unknown = skuIdsOf(update).find((skuId) => !customer.subscriptions.has(skuId));
  return unknown === undefined
    ? undefined
    : invalid(`License ${unknown} does not correspond to a valid company License.`);
};

const findTenantSku = ({ customer, update }: Question): Answer | undefined => {
  const wrong = update.assigned.find(
    ({ skuId }) => customer.subscriptions.get(skuId)?.product.targetType === "Tenant",
  );
  return wrong === undefined ? undefined : invalid(`License ${wrong.skuId} cannot be assigned to a user.`);
};

const findMixedGroups = ({ customer, update, rules }: Question): Answer | undefined => {
  if (rules.mixedGroups === "accept") return undefined;
  const groups = skuIdsOf(update).map((skuId) => customer.subscriptions.get(skuId)?.product.licenseGroupId);
  return new Set(groups).size > 1
    ? refuse(400, 800002, { description: "All licenses of a request must be of the same license group." })
    : undefined;
};

const findUnknownPlan = ({ customer, update }: Question): Answer | undefined => {
  const isUnknown = ({ skuId, excludedPlans }: LicenseAssignment): boolean => {
    const plans = customer.subscriptions.get(skuId)?.product.servicePlans ?? [];
    return !excludedPlans.every((planId) => plans.some(({ id }) => id === planId));
  };
  const wrong = update.assigned.find(isUnknown);
  return wrong === undefined
    ? undefined
    : invalid(`License ${wrong.skuId} does not have all of the plans to exclude.`);
};

const findNoUsageLocation = ({ user, update, rules }: Question): Answer | undefined =>
  update.assigned.length > 0 && user.usageLocation === null
    ? refuse(rules.noUsageLocation.status, rules.noUsageLocation.code, {
        description: "License assignment cannot be done for user with invalid usage location.",
      })
    : undefined;

const findAbsent = ({ user, update, rules }: Question): Answer | undefined =>
  rules.removeAbsent === "refuse" && update.removed.some((skuId) => !user.licenses.has(skuId))
    ? invalid("User does not have a corresponding license.")
    : undefined;

const isOfGroup = ({ user, rules }: Question, wanted: string): boolean =>
  rules.groupLicenses.some(({ userId, skuId }) => userId === user.id && skuId === wanted);

const findOfGroup = (question: Question): Answer | undefined => {
  const { update, rules } = question;
  return rules.removeGroupLicense === "refuse" && update.removed.some((skuId) => isOfGroup(question, skuId))
    ? invalid("User license is inherited from a group membership and it cannot be removed directly.")
    : undefined;
};

const findHeld = ({ user, update, rules }: Question): Answer | undefined =>
  rules.reassign === "refuse" && update.assigned.some(({ skuId }) => user.licenses.has(skuId))
    ? invalid("The license is assigned already.")
    : undefined;

const isFull = (subscription: Subscription | undefined): boolean =>
  subscription !== undefined && availableUnits(subscription) <= 0;

const findNoSeats = ({ customer, user, update }: Question): Answer | undefined => {
  const wrong = update.assigned.find(
    ({ skuId }) => !user.licenses.has(skuId) && isFull(customer.subscriptions.get(skuId)),
  );
  return wrong === undefined
    ? undefined
    : refuse(400, 60012, {
        data: [
          `LicenseQuotaExceededException : Subscription with Account ${customer.id} and SKU ${wrong.skuId} does not have any available licenses left.`,
        ],
      });
};

/** Reasons to refuse an update, in the order in which they are looked for. */
const findings: readonly ((question: Question) => Answer | undefined)[] = [
  findEmpty,
  findRepeated,
  findUnknownSku,
  findTenantSku,
  findMixedGroups,
  findUnknownPlan,
  findNoUsageLocation,
  findAbsent,
  findOfGroup,
  findHeld,
  findNoSeats,
];

/** Whether an update can be done as a whole, and what comes of it. Pure: nothing is changed. */
export const decideLicenseUpdate = (question: Question): Checked<LicenseDecision> => {
  for (const find of findings) {
    const answer = find(question);
    if (answer !== undefined) return refused(answer);
  }
  const { customer, user, update, rules } = question;
  const warnings = update.assigned.flatMap(
    ({ skuId }) => customer.subscriptions.get(skuId)?.product.warning ?? [],
  );
  const isHalfDone = rules.bothLists === "assignOnly" && update.assigned.length > 0;
  const removed = isHalfDone
    ? []
    : update.removed.filter((skuId) => user.licenses.has(skuId) && !isOfGroup(question, skuId));
  return good({ change: { assigned: update.assigned, removed }, warnings });
};

import { z } from "zod";

import type { Answer } from "./answer.ts";
import { applyLicenseUpdate } from "./applyLicenseUpdate.ts";
import { decideLicenseUpdate } from "./decideLicenseUpdate.ts";
import type { Change } from "./journal.ts";
import { invalidProperty, readJson, readLicenseUpdate, type LicenseUpdate } from "./readLicenseUpdate.ts";
import { toCustomerUser, toLicenseUpdate } from "./resources.ts";
import { withUser, type Scene } from "./scene.ts";
import type { User } from "./world.ts";

const toChange = (
  { call, customer, nowMs }: Scene,
  user: User,
  { assigned, removed }: LicenseUpdate,
): Omit<Change, "sequence"> => ({
  at: new Date(nowMs).toISOString(),
  customerId: customer.id,
  userId: user.id,
  requestId: call.msRequestId,
  correlationId: call.correlationId,
  assigned: assigned.map(({ skuId, excludedPlans }) => ({ skuId, excludedPlans: [...excludedPlans] })),
  removed: [...removed],
});

/** All of the update or nothing. */
export const serveLicenseUpdate = (scene: Scene): Answer =>
  withUser(scene, (user) => {
    const { call, customer, state, nowMs } = scene;
    const { settings, history, journal } = state;
    const update = readLicenseUpdate(call.body);
    if (update.kind === "refused") return update.answer;
    const decision = decideLicenseUpdate({ customer, user, update: update.value, rules: settings });
    if (decision.kind === "refused") return decision.answer;
    const { change, warnings } = decision.value;
    if (change.assigned.length + change.removed.length > 0) {
      history.note(user, nowMs, settings.readsLagMs);
      applyLicenseUpdate(customer, user, change);
      journal.addChange(toChange(scene, user, change));
    }
    return { status: settings.successStatus, body: toLicenseUpdate(update.value, warnings) };
  });

const UserChange = z.object({ usagelocation: z.string().regex(/^[A-Z]{2}$/) });

/** The usage location is all that can be changed here. */
export const serveUserChange = (scene: Scene): Answer =>
  withUser(scene, (user) => {
    const { success, data, error } = UserChange.safeParse(readJson(scene.call.body));
    if (!success) return invalidProperty(error);
    user.usageLocation = data.usagelocation;
    return { status: 200, body: toCustomerUser(scene.customer, user) };
  });

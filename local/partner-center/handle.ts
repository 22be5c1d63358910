import type { Answer } from "./answer.ts";
import type { RouteName } from "./findRoute.ts";
import { openCustomer } from "./openCustomer.ts";
import type { RoutedCall, Scene } from "./scene.ts";
import { serveLicenseUpdate, serveUserChange } from "./serveChanges.ts";
import { serveCustomers, serveLicenses, serveSubscribedSkus, serveUser, serveUsers } from "./serveReads.ts";
import type { State } from "./state.ts";

const serve: Readonly<Record<Exclude<RouteName, "customers">, (scene: Scene) => Answer>> = {
  licenseupdates: serveLicenseUpdate,
  licenses: serveLicenses,
  subscribedskus: serveSubscribedSkus,
  users: serveUsers,
  user: (scene) => (scene.call.method === "PATCH" ? serveUserChange(scene) : serveUser(scene)),
};

/** Serves a call that passed the gateway, in one go: nothing else happens in between. */
export const handle = (call: RoutedCall, state: State, nowMs: number): Answer => {
  const { name } = call.route;
  if (name === "customers") return serveCustomers(state.world);
  const customer = openCustomer(state.world, call.route.customerId);
  if (customer.kind === "refused") return customer.answer;
  return serve[name]({ call, customer: customer.value, state, nowMs });
};

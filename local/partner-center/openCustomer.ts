import { isGuid } from "../../shared/request/guid.ts";
import { good, refused, type Checked } from "./answer.ts";
import { refuse } from "./documentedErrors.ts";
import type { PartnerCenterSettings } from "./settings.ts";
import { findUser, type Customer, type User, type World } from "./world.ts";

/** What keeps the partner out of a customer's tenant, and the code that says so. */
const obstacles = [
  { flag: "noRelationship", code: 20002 },
  { flag: "conditionalAccessBlocks", code: 900309 },
  { flag: "gdapRoleMissing", code: 900308 },
] as const;

/** The customer, if the partner may work there. */
export const openCustomer = ({ customers }: World, customerId: string): Checked<Customer> => {
  if (!isGuid(customerId)) return refused(refuse(400, 900118));
  const customer = customers.get(customerId);
  if (customer === undefined) return refused(refuse(404, 60003));
  const obstacle = obstacles.find(({ flag }) => customer[flag]);
  return obstacle === undefined ? good(customer) : refused(refuse(403, obstacle.code));
};

/** A user of the customer by object id, or, where names are accepted, by user principal name. */
export const openUser = (
  customer: Customer,
  userId: string,
  { userNotFoundCode }: Pick<PartnerCenterSettings, "userNotFoundCode">,
  names: "accept" | "refuse",
): Checked<User> => {
  const user = names === "accept" || isGuid(userId) ? findUser(customer, userId) : undefined;
  return user === undefined ? refused(refuse(404, userNotFoundCode)) : good(user);
};

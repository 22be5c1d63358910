import type { CaseKind } from "./caseKind.ts";
import { fileCases } from "./file.ts";
import { partnerCenterCases } from "./partnerCenter.ts";
import { ticketCases } from "./ticket.ts";

/** Every kind of case there is. */
export const caseKinds: readonly CaseKind[] = [ticketCases, partnerCenterCases, fileCases];

import { partnerCenterCases } from "../support/cases/partnerCenter.ts";
import { testCases } from "../support/cases/testCases.ts";

testCases(partnerCenterCases);

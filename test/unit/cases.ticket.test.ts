import { testCases } from "../support/cases/testCases.ts";
import { ticketCases } from "../support/cases/ticket.ts";

testCases(ticketCases);

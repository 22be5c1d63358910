import { fileCases } from "../support/cases/file.ts";
import { testCases } from "../support/cases/testCases.ts";

testCases(fileCases);

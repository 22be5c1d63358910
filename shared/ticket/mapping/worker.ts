import workerpool from "workerpool";

import { evaluate } from "./evaluate.ts";

workerpool.worker({ evaluate });

import { describeStateTests } from "./support/state-tests.ts";

describeStateTests("long runs");

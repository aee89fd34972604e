import { describeStateTests } from "./support/state-tests.ts";

describeStateTests("static calls");

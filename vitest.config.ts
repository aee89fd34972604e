import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["packages/*/test/**/*.test.ts", "fuzz/test/**/*.test.ts"], exclude: ["**/*.spec.test.ts", "**/*.e2e.test.ts"], isolate: false, pool: "threads", testTimeout: 30_000 } },
      { test: { name: "spec", include: ["packages/*/test/**/*.spec.test.ts"], isolate: false, pool: "threads", testTimeout: 300_000 } },
      { test: { name: "e2e", include: ["packages/*/test/**/*.e2e.test.ts"], pool: "forks", globalSetup: "packages/cli/test/support/built.ts", maxWorkers: 4, sequence: { groupOrder: 1 }, testTimeout: 180_000, hookTimeout: 120_000 } },
    ],
  },
});

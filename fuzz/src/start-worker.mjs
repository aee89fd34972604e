// A worker thread knows nothing of the loader that started the main thread.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");

/** Resolves with the reason when the user asks to stop (Ctrl-C, SIGTERM) or when `failure` does. A second Ctrl-C ends at once. */
export function untilStopped(failure: Promise<string> = new Promise(() => {})): Promise<string> {
  const asked = new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve(signal === "SIGINT" ? "Ctrl-C" : signal);
      });
    }
  });
  return Promise.race([asked, failure]);
}

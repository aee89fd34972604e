/** Resolves with the reason when the user asks to stop (Ctrl-C, SIGTERM). A second Ctrl-C ends at once. */
export function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve(signal === "SIGINT" ? "Ctrl-C" : signal);
      });
    }
  });
}

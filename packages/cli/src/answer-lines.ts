/** `transactionHash` as "transaction hash". */
const words = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();

function inLine(value: unknown): string {
  if (Array.isArray(value)) return value.map(inLine).join(", ");
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, one]) => `${words(name)} ${inLine(one)}`).join(", ");
  return String(value);
}

/** An answer of an RPC method for people: one line a field, names aligned, what is nested in one line. */
export function answerLines(answer: unknown): readonly string[] {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return [inLine(answer)];
  const rows = Object.entries(answer).map(([name, value]) => ({ head: words(name), value: inLine(value) }));
  const width = Math.max(0, ...rows.map(({ head }) => head.length));
  return rows.map(({ head, value }) => `${head.padEnd(width)}  ${value}`);
}

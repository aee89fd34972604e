/** Whether something can serve, and in words what it still lacks. */
export interface Readiness {
  readonly ready: boolean;
  readonly missing: readonly string[];
}

export function readinessOf(missing: readonly string[]): Readiness {
  return { ready: missing.length === 0, missing };
}

/** The readiness of the whole: each part's lacks, named by the part. */
export function joinReadiness(parts: Readonly<Record<string, Readiness>>): Readiness {
  return readinessOf(Object.entries(parts).flatMap(([name, part]) => part.missing.map((lack) => `${name}: ${lack}`)));
}

import { createHmac, timingSafeEqual } from "node:crypto";
import { InvalidInputError } from "@pangaea/primitives";

const MAX_CLOCK_SKEW_S = 60;
const encode = (value: string | Buffer): string => Buffer.from(value).toString("base64url");
const sign = (secret: Uint8Array, content: string): Buffer => createHmac("sha256", secret).update(content).digest();

/** The 32-byte secret in a JWT secret file's text. Throws `InvalidInputError`. */
export function parseJwtSecret(text: string, where: string): Uint8Array {
  const hex = text.trim().replace(/^0x/, "");
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new InvalidInputError(`${where} holds no JWT secret: it must be 32 bytes of hex (make one with: openssl rand -hex 32)`);
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** An HS256 token issued at `now` (Unix seconds). Source: execution-apis `engine/authentication.md`. */
export function createJwt(secret: Uint8Array, now: number): string {
  const content = `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(JSON.stringify({ iat: Math.floor(now) }))}`;
  return `${content}.${encode(sign(secret, content))}`;
}

/** Why a token is refused, or undefined when it is good at `now` (Unix seconds). */
export function jwtProblem(secret: Uint8Array, token: string | undefined, now: number): string | undefined {
  if (token === undefined) return "no bearer token";
  const [header, payload, signature, ...rest] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return "malformed token";
  try {
    const { alg } = JSON.parse(Buffer.from(header, "base64url").toString()) as { alg?: unknown };
    if (alg !== "HS256") return `token algorithm ${String(alg)}, not HS256`;
    const expected = sign(secret, `${header}.${payload}`);
    const given = Buffer.from(signature, "base64url");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "wrong signature: the two sides have different JWT secrets";
    const { iat } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { iat?: unknown };
    if (typeof iat !== "number" || Math.abs(iat - now) > MAX_CLOCK_SKEW_S) return `token issued at ${String(iat)}, more than ${MAX_CLOCK_SKEW_S} s from now: check the clocks`;
    return undefined;
  } catch {
    return "malformed token";
  }
}

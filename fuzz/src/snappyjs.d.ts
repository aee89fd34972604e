declare module "snappyjs" {
  export function compress(data: Uint8Array): Uint8Array;
  /** Throws for data that is no snappy, or says more than `maxLength` bytes. */
  export function uncompress(data: Uint8Array, maxLength?: number): Uint8Array;
}

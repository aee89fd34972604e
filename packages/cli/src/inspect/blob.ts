import { flag } from "@pangaea/config";
import { KzgService } from "@pangaea/l1";
import { BLOB_SIZE, decodeBlob, FRAMES_VERSION, InvalidInputError } from "@pangaea/primitives";
import { framesOf } from "./channel.ts";
import { frameSummary, inspection } from "./inspection.ts";

async function commitmentOf(blob: Uint8Array) {
  const kzg = new KzgService();
  try {
    return await kzg.commit(blob);
  } finally {
    await kzg.close();
  }
}

/** A blob with rollup data in it. */
export const blob = inspection({
  summary: "the data and frames in a blob",
  takesFile: true,
  flags: { commitment: flag("work out the KZG commitment and the versioned hash too") },
  run: async (read, { commitment }) => {
    const { bytes, name } = await read();
    if (bytes.length !== BLOB_SIZE) throw new InvalidInputError(`${name} has ${bytes.length} bytes; a blob has ${BLOB_SIZE}`);
    const data = decodeBlob(bytes);
    const found = {
      encodingVersion: bytes[1], dataLength: data.length, version: data[0] ?? null,
      ...(data[0] === FRAMES_VERSION ? { frames: frameSummary(framesOf(data)) } : { data }),
      ...(commitment ? await commitmentOf(bytes) : {}),
    };
    return { found };
  },
});

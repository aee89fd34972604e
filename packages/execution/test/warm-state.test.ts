import { PREDEPLOYS } from "@pangaea/config";
import { encodeTransaction, type Hex, hexToBytes, type PayloadAttributes } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import fc from "fast-check";
import { expect, it } from "vitest";
import { account, ALICE, BOB, configOf, deposit, ETHER, extend, extraDataOf, forksTo, keyOf, NOTHING, openChain, transfer, word } from "./fixture.ts";

const push = (value: number) => `60${value.toString(16).padStart(2, "0")}`;
const push20 = (address: Hex) => `73${address.slice(2)}`;
const small = fc.integer({ min: 0, max: 4 });

/** When paid 3 destructs itself for the benefit of Bob, else counts its calls in slot 1. */
const COUNTER = `6003341460155760015460010160015560006000f35b${push20(BOB)}ff`;
const VICTIM: Hex = "0x00000000000000000000000000000000000f1c71";

/** Initcode that deploys the counter. It begins at memory's byte 0 and has this many bytes. */
const INITCODE = `${push(COUNTER.length / 2)}600c600039${push(COUNTER.length / 2)}6000f3${COUNTER}`;
const INITCODE_BYTES = INITCODE.length / 2;
const STORE_INITCODE = INITCODE.match(/.{1,64}/g)!.map((part, i) => `7f${part.padEnd(64, "0")}${push(i * 32)}52`).join("");

/** Pieces of code whose effects a state must carry rightly from one block to the next. */
const piece = fc.oneof(
  fc.tuple(small, small).map(([slot, value]) => `${push(value)}${push(slot)}55`),
  fc.tuple(small, small).map(([slot, value]) => `${push(value)}${push(slot)}5d`),
  small.map((slot) => `${push(slot)}54${push(slot + 1)}55`),
  // CREATE2 and a call of what it made, with 3 wei or less
  fc.tuple(small, small).map(([salt, value]) => `${STORE_INITCODE}${push(salt)}${push(INITCODE_BYTES)}60006000f56000600060006000${push(value)}8561fffff15050`),
  small.map((value) => `${STORE_INITCODE}${push(INITCODE_BYTES)}6000${push(value)}f050`),
  fc.tuple(small, fc.constantFrom<Hex>(BOB, VICTIM, ALICE.address, "0x0000000000000000000000000000000000000004")).map(([value, to]) => `6000600060006000${push(value)}${push20(to)}61fffff150`),
  small.map((topic) => `${push(topic)}60206000a1`),
  fc.constant(`${push20(BOB)}ff`),
  fc.constant("60006000fd"),
  fc.constant("fe"),
);
const program = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));

type Make = (nonce: number) => { readonly encoded: Uint8Array; readonly raisesNonce: boolean };
const GAS = 700_000;
const action: fc.Arbitrary<Make> = fc.oneof(
  program.map((code): Make => (nonce) => ({ encoded: transfer(nonce, { gas: GAS, value: 1n, to: undefined, data: hexToBytes(`0x${code}`) } as never), raisesNonce: true })),
  fc.tuple(fc.constantFrom<Hex>(VICTIM, BOB, PREDEPLOYS.l2ToL1MessagePasser), small).map(([to, value]): Make => (nonce) => ({ encoded: transfer(nonce, { gas: GAS, to, value: BigInt(value), accessList: [{ address: to, storageKeys: [word(1n)] }] }), raisesNonce: true })),
  fc.tuple(fc.constantFrom<Hex>(VICTIM, BOB), small, small).map(([to, mint, value]): Make => () => ({ encoded: encodeTransaction(deposit({ from: keyOf("depositor").address, to, mint: BigInt(mint), value: BigInt(value), gas: 200_000 })), raisesNonce: false })),
);

const alloc = {
  [VICTIM]: account({ nonce: 1, balance: 5n, code: hexToBytes(`0x${COUNTER}`), storage: { [word(1n)]: word(7n) } }),
  [PREDEPLOYS.l2ToL1MessagePasser]: account({ code: hexToBytes(`0x${COUNTER}`) }),
  [ALICE.address]: account({ balance: 1_000n * ETHER }),
};

const BEFORE_ECOTONE = { parentBeaconBlockRoot: undefined, eip1559Params: undefined, minBaseFee: undefined } as unknown as Partial<PayloadAttributes>;

it.each([
  ["jovian", extraDataOf(250, 6, 0n), {}],
  ["delta", NOTHING, BEFORE_ECOTONE],
] as const)("in %s a state carried from block to block gives the blocks that one loaded afresh gives", async (fork, extraData, more) => {
  const input = { alloc, extraData, config: configOf(forksTo(fork)) };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(action, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 5 }), async (blocks) => {
      const carried = openChain(input);
      const store = new MemoryStore();
      let nonce = 0;
      for (const actions of blocks) {
        const transactions = actions.map((make) => {
          const { encoded, raisesNonce } = make(nonce);
          if (raisesNonce) nonce++;
          return encoded;
        });
        const envelope = await extend(carried, { transactions, ...more });
        const fresh = openChain({ ...input, store });
        expect(await fresh.layer.newPayload(envelope)).toEqual({ status: "VALID", latestValidHash: envelope.payload.blockHash });
        await fresh.layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: fresh.chain.genesisHash, finalized: fresh.chain.genesisHash });
      }
    }),
    { numRuns: 30 },
  );
});

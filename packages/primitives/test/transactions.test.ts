import { describe, expect, it } from "vitest";
import {
  bytesToHex, decodeTransaction, encodeTransaction, type Hex, hexToBytes, InvalidInputError, isDepositTransaction, keccak256, privateKeyToAddress, recoverSender, rlpEncode, rlpInteger, signedFields, signTransaction, transactionHash,
  TX_ACCESS_LIST, TX_BLOB, TX_DEPOSIT, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE, type DepositTransaction, type UnsignedTransaction,
} from "../src/index.ts";

const KEY = keccak256(Uint8Array.of(1));
const TO: Hex = `0x${"1b".repeat(20)}`;
const WORD: Hex = `0x${"2c".repeat(32)}`;
const common = { nonce: 7, gas: 100_000, value: 3n, data: Uint8Array.of(1, 0, 2) };
const accessList = [{ address: TO, storageKeys: [WORD, WORD] }, { address: TO, storageKeys: [] }];
const market = { ...common, chainId: 901, maxPriorityFeePerGas: 1n, maxFeePerGas: 2n ** 70n, accessList };
const authorization = { chainId: 901n, address: TO, nonce: 2n ** 60n, yParity: 1, r: 5n, s: 6n };

const SIGNED: readonly (readonly [string, UnsignedTransaction])[] = [
  ["a legacy transaction without replay protection", { ...common, type: TX_LEGACY, gasPrice: 9n, to: TO }],
  ["a legacy transaction with replay protection", { ...common, type: TX_LEGACY, gasPrice: 0n, chainId: 901, to: TO }],
  ["a legacy creation", { ...common, type: TX_LEGACY, gasPrice: 9n, chainId: 901 }],
  ["an access list transaction", { ...common, type: TX_ACCESS_LIST, chainId: 901, gasPrice: 9n, accessList, to: TO }],
  ["a fee market transaction", { ...market, type: TX_FEE_MARKET, to: TO }],
  ["a fee market creation", { ...market, type: TX_FEE_MARKET, accessList: [] }],
  ["a blob transaction", { ...market, type: TX_BLOB, to: TO, maxFeePerBlobGas: 8n, blobVersionedHashes: [WORD] }],
  ["a set-code transaction", { ...market, type: TX_SET_CODE, to: TO, authorizationList: [authorization] }],
];

const DEPOSIT: DepositTransaction = { type: TX_DEPOSIT, sourceHash: WORD, from: TO, to: TO, mint: 5n, value: 6n, gas: 1_000_000, isSystemTx: false, data: Uint8Array.of(9) };

describe("transactions", () => {
  it.each(SIGNED)("%s decodes to what was encoded, and names its signer", (_, unsigned) => {
    const signed = signTransaction(unsigned, KEY);
    const decoded = decodeTransaction(encodeTransaction(signed));
    expect(decoded).toEqual(signed);
    expect(recoverSender(signed)).toBe(privateKeyToAddress(KEY));
  });

  it.each([DEPOSIT, { ...DEPOSIT, isSystemTx: true, mint: 0n }, (({ to: _, ...creation }) => creation)(DEPOSIT)])("a deposit decodes to what was encoded", (deposit) => {
    const encoded = encodeTransaction(deposit);
    expect(isDepositTransaction(encoded)).toBe(true);
    expect(decodeTransaction(encoded)).toEqual(deposit);
    expect(transactionHash(encoded)).toBe(bytesToHex(keccak256(encoded)));
  });

  it("has the signature, hash and sender of EIP-155's example", () => {
    const signed = signTransaction({ type: TX_LEGACY, chainId: 1, nonce: 9, gasPrice: 20n * 10n ** 9n, gas: 21_000, to: `0x${"35".repeat(20)}`, value: 10n ** 18n, data: new Uint8Array(0) }, new Uint8Array(32).fill(0x46));
    expect(bytesToHex(encodeTransaction(signed))).toBe("0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    expect(recoverSender(signed)).toBe("0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
  });

  it("refuses a signature with a high s, zeros or a value past the curve's order", () => {
    const signed = signTransaction(SIGNED[4]![1], KEY);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    for (const wrong of [{ s: order - signed.s, yParity: signed.yParity === 0 ? 1 : 0 } as const, { r: 0n }, { s: 0n }, { r: order }]) expect(() => recoverSender({ ...signed, ...wrong })).toThrow(InvalidInputError);
  });

  const [, unsigned] = SIGNED[4]!;
  const fields = signedFields(signTransaction(unsigned, KEY));
  const typed = (type: number, items: Parameters<typeof rlpEncode>[0]) => Uint8Array.of(type, ...rlpEncode(items));
  const withField = (index: number, value: Uint8Array) => typed(TX_FEE_MARKET, fields.map((field, i) => (i === index ? value : field)));
  it.each([
    ["nothing", new Uint8Array(0)],
    ["an unknown type", Uint8Array.of(0x05, 0xc0)],
    ["a string where a list belongs", Uint8Array.of(0x02, 0x80)],
    ["too few fields", typed(TX_FEE_MARKET, fields.slice(1))],
    ["too many fields", typed(TX_FEE_MARKET, [...fields, rlpInteger(0)])],
    ["bytes after its end", Uint8Array.of(...typed(TX_FEE_MARKET, fields), 0)],
    ["a number with a leading zero", withField(1, Uint8Array.of(0, 7))],
    ["a nonce past 2^53", withField(1, new Uint8Array(8).fill(255))],
    ["a fee of 33 bytes", withField(3, new Uint8Array(33).fill(1))],
    ["an address of 19 bytes", withField(5, new Uint8Array(19))],
    ["a parity of 2", withField(9, Uint8Array.of(2))],
    ["a set-code transaction without recipient", typed(TX_SET_CODE, [...fields.slice(0, 5), new Uint8Array(0), ...fields.slice(6, 9), [], ...fields.slice(9)])],
    ["a legacy v of 0", rlpEncode([rlpInteger(1), rlpInteger(1), rlpInteger(1), new Uint8Array(20), rlpInteger(0), new Uint8Array(0), rlpInteger(0), rlpInteger(1), rlpInteger(1)])],
    ["a deposit whose isSystemTx is 2", typed(TX_DEPOSIT, [hexToBytes(WORD), hexToBytes(TO), hexToBytes(TO), rlpInteger(0), rlpInteger(0), rlpInteger(0), Uint8Array.of(2), new Uint8Array(0)])],
  ])("refuses %s", (_, encoded) => {
    expect(() => decodeTransaction(encoded)).toThrow(InvalidInputError);
  });
});

import { optionalWhole, PREDEPLOYS, text } from "@pangaea/config";
import { depositFromLog, TRANSACTION_DEPOSITED } from "@pangaea/derivation";
import { bytesEqual, decodeL1Attributes, decodeTransaction, type DepositTransaction, encodeTransaction, InvalidInputError, isHex, TX_DEPOSIT, transactionHash } from "@pangaea/primitives";
import { inspection, needed } from "./inspection.ts";
import { logsIn } from "./log-json.ts";

/** The account that L1 attributes come from. Source: specs `protocol/deposits.md#l1-attributes-depositor-account`. */
const ATTRIBUTES_DEPOSITOR = "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001";

function foundIn(deposit: DepositTransaction): Readonly<Record<string, unknown>> {
  const encoded = encodeTransaction(deposit);
  const hasAttributes = deposit.from === ATTRIBUTES_DEPOSITOR && deposit.to === PREDEPLOYS.l1Block;
  return { hash: transactionHash(encoded), ...deposit, to: deposit.to ?? null, ...(hasAttributes ? { l1Attributes: decodeL1Attributes(deposit.data) } : {}), encoded };
}

/** A deposit: as a transaction of L2, or as the portal's log on L1 that asks for it. */
export const deposit = inspection({
  summary: "a deposit transaction (encoded), or the TransactionDeposited log (JSON) it comes from",
  takesFile: true,
  flags: {
    "l1-block-hash": text("the L1 block of a log that does not say its own", "HASH"),
    "log-index": optionalWhole("the place in its block of a log that does not say it"),
  },
  run: async (read, { "l1-block-hash": givenHash, "log-index": givenIndex }) => {
    const input = await read();
    if (!input.isJson) {
      const tx = decodeTransaction(input.bytes);
      if (tx.type !== TX_DEPOSIT) throw new InvalidInputError(`${input.name} is a transaction of type ${tx.type}; a deposit is of type ${TX_DEPOSIT}`);
      return { found: foundIn(tx) };
    }
    const logs = logsIn(input.json(), input.name).filter(({ topics }) => topics[0] !== undefined && bytesEqual(topics[0], TRANSACTION_DEPOSITED));
    if (logs.length === 0) throw new InvalidInputError(`${input.name} has no TransactionDeposited log`);
    const deposits = logs.map((log) => {
      const hash = log.blockHash ?? needed(givenHash, "l1-block-hash");
      if (!isHex(hash, 32)) throw new InvalidInputError(`--l1-block-hash ${hash} is not 32 bytes of hex`);
      return foundIn(depositFromLog(log, hash, log.logIndex ?? needed(givenIndex, "log-index")));
    });
    return { found: deposits.length === 1 ? deposits[0]! : { deposits } };
  },
});

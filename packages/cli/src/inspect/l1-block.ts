import { text } from "@pangaea/config";
import { parseL1Block, parseL1Receipts, parseL1Transaction } from "@pangaea/l1";
import { encodeReceipt, InvalidInputError, orderedTrieRoot, transactionHash } from "@pangaea/primitives";
import { inspection } from "./inspection.ts";
import { readInput } from "./read-input.ts";

/** The answer in a JSON-RPC response, or the JSON itself. */
const answerOf = (json: unknown): unknown => (typeof json === "object" && json !== null && "result" in json ? json.result : json);

/** A block of L1 as its RPC gives it, verified as the L1 client does. */
export const l1Block = inspection({
  summary: "verify an L1 block of JSON-RPC: hash, transactions, withdrawals, receipts where given",
  takesFile: true,
  flags: { receipts: text("the answer of eth_getBlockReceipts for the block", "FILE") },
  run: async (read, { receipts: receiptsPath }) => {
    const input = await read();
    const { info, header, transactions } = parseL1Block(answerOf(input.json()));
    const areWhole = transactions.every((transaction) => typeof transaction === "object");
    const hashes = areWhole ? transactions.map(parseL1Transaction) : [];
    if (areWhole) {
      const root = orderedTrieRoot(hashes);
      if (root !== header.transactionsRoot) throw new InvalidInputError(`${input.name}: L1 block ${header.number} has transactions with root ${root}, the header says ${header.transactionsRoot}: the endpoint is faulty`);
    }
    let receipts: number | undefined;
    if (receiptsPath !== undefined) {
      const parsed = parseL1Receipts(answerOf((await readInput(receiptsPath)).json()));
      const root = orderedTrieRoot(parsed.map((receipt) => encodeReceipt(receipt)));
      if (root !== header.receiptsRoot) throw new InvalidInputError(`${receiptsPath}: the receipts have root ${root}, L1 block ${header.number} says ${header.receiptsRoot}: the endpoint is faulty`);
      receipts = parsed.length;
    }
    return {
      found: {
        ...info, transactionsRoot: header.transactionsRoot, receiptsRoot: header.receiptsRoot, ...(header.withdrawalsRoot === undefined ? {} : { withdrawalsRoot: header.withdrawalsRoot }),
        transactions: areWhole ? hashes.map(transactionHash) : transactions, verified: ["hash", ...(areWhole ? ["transactions"] : []), ...(header.withdrawalsRoot === undefined ? [] : ["withdrawals"]), ...(receipts === undefined ? [] : ["receipts"])],
      },
    };
  },
});

import { type Fork, isForkActiveAtBlock, type RollupConfig } from "@pangaea/config";
import { blsPairing, bn254Pairing, type EvmRules, g1Msm, g2Msm, limited, P256_GAS_OSAKA, p256Verify, type Precompile, precompileAddress, rulesOf } from "@pangaea/evm";
import type { Hex } from "@pangaea/primitives";

/** The OP Stack's rules at a block: an Ethereum fork with its own precompile limits, and which OP forks are active. */
export interface OpRules {
  readonly evm: EvmRules;
  active(fork: Fork): boolean;
}

const P256_GAS_FJORD = 3_450;
/** Longest inputs in bytes. Source: specs `protocol/{granite,isthmus,jovian,karst}/exec-engine.md`. */
const LIMITS = {
  bn254Pairing: { granite: 112_687, jovian: 81_984, karst: 57_600 },
  g1Msm: { isthmus: 513_760, jovian: 288_960 },
  g2Msm: { isthmus: 488_448, jovian: 278_784 },
  blsPairing: { isthmus: 235_008, jovian: 156_672 },
} as const;

function precompiles(active: (fork: Fork) => boolean): Map<Hex, Precompile> {
  const found = new Map<Hex, Precompile>();
  if (active("fjord")) found.set(precompileAddress(0x100), p256Verify(active("karst") ? P256_GAS_OSAKA : P256_GAS_FJORD));
  if (active("granite")) {
    const most = active("karst") ? LIMITS.bn254Pairing.karst : active("jovian") ? LIMITS.bn254Pairing.jovian : LIMITS.bn254Pairing.granite;
    found.set(precompileAddress(0x08), limited(bn254Pairing, most));
  }
  if (active("isthmus")) {
    const era = active("jovian") ? "jovian" : "isthmus";
    found.set(precompileAddress(0x0c), limited(g1Msm, LIMITS.g1Msm[era]));
    found.set(precompileAddress(0x0e), limited(g2Msm, LIMITS.g2Msm[era]));
    found.set(precompileAddress(0x0f), limited(blsPairing, LIMITS.blsPairing[era]));
  }
  return found;
}

const cache = new Map<string, EvmRules>();

/** The rules for a block at a time (Unix seconds). */
export function opRulesAt(config: RollupConfig, time: number): OpRules {
  const active = (fork: Fork) => isForkActiveAtBlock(config.forks, fork, time);
  const eth = active("karst") ? "osaka" : active("isthmus") ? "prague" : active("ecotone") ? "cancun" : active("canyon") ? "shanghai" : "paris";
  const key = `${eth} ${active("fjord")} ${active("granite")} ${active("jovian")} ${active("karst")}`;
  let evm = cache.get(key);
  if (evm === undefined) {
    evm = rulesOf(eth, precompiles(active));
    cache.set(key, evm);
  }
  return { evm, active };
}

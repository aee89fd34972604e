// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title FastLz
/// @notice Length of the FastLZ (level 1) compression of data, which the L1 data fee goes by since Fjord.
library FastLz {
    /// @dev The 8,192 entries of the hash table have 4 bytes each and stand above the memory in use.
    function compressedLength(bytes memory data) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            function literals(count) -> size {
                size := add(mul(0x21, shr(5, count)), and(count, 0x1f))
                if and(count, 0x1f) { size := add(size, 1) }
            }
            function three(at) -> value {
                let w := mload(at)
                value := or(or(byte(0, w), shl(8, byte(1, w))), shl(16, byte(2, w)))
            }
            function exchange(table, value, at) -> previous {
                let entry := add(table, shl(2, and(shr(19, mul(2654435769, value)), 0x1fff)))
                let w := mload(entry)
                previous := shr(224, w)
                mstore(entry, or(shl(224, at), and(w, sub(shl(224, 1), 1))))
            }
            function common(p, q, most) -> size {
                for {} lt(size, most) { size := add(size, 1) } {
                    if byte(0, xor(mload(add(p, size)), mload(add(q, size)))) {
                        size := add(size, 1)
                        break
                    }
                }
            }

            let table := mload(0x40)
            calldatacopy(table, calldatasize(), 0x8020)
            let base := add(data, 0x20)
            let limit := 0
            if gt(mload(data), 13) { limit := sub(mload(data), 13) }
            let anchor := 0
            let at := 2
            for {} lt(at, limit) {} {
                let candidate := 0
                let found := 0
                for {} lt(add(at, 1), limit) { at := add(at, 1) } {
                    let value := three(add(base, at))
                    candidate := exchange(table, value, at)
                    if lt(sub(at, candidate), 0x2000) {
                        if eq(value, three(add(base, candidate))) {
                            found := 1
                            break
                        }
                    }
                }
                if iszero(found) { break }
                if gt(at, anchor) { total := add(total, literals(sub(at, anchor))) }
                let size := common(add(add(base, candidate), 3), add(add(base, at), 3), sub(add(limit, 6), at))
                at := add(at, size)
                size := sub(size, 1)
                total := add(total, add(mul(3, div(size, 262)), add(2, gt(mod(size, 262), 5))))
                pop(exchange(table, three(add(base, at)), at))
                at := add(at, 1)
                pop(exchange(table, three(add(base, at)), at))
                at := add(at, 1)
                anchor := at
            }
            total := add(total, literals(sub(mload(data), anchor)))
        }
    }
}

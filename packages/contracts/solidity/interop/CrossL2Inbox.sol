// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Identifier} from "./Interop.sol";

/// @title CrossL2Inbox
/// @notice Declares that a log of another chain is relied upon. Whether the log exists is for the verifier of the block to judge;
///         here it only has to have been declared in the transaction's access list, so that pools and builders see it beforehand.
contract CrossL2Inbox {
    /// @dev Gas around a read of a slot: 100 and some when it is warm, 2,100 and some when it is cold.
    uint256 internal constant WARM_READ_THRESHOLD = 1_000;
    bytes32 internal constant CHECKSUM_MASK = 0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
    bytes32 internal constant CHECKSUM_PREFIX = bytes32(uint256(3) << 248);

    error NotInAccessList();
    error BlockNumberTooHigh();
    error LogIndexTooHigh();
    error TimestampTooHigh();

    event ExecutingMessage(bytes32 indexed msgHash, Identifier id);

    function version() external pure returns (string memory) {
        return "1.0.1";
    }

    function validateMessage(Identifier calldata _id, bytes32 _msgHash) external {
        if (!_isWarm(calculateChecksum(_id, _msgHash))) revert NotInAccessList();
        emit ExecutingMessage(_msgHash, _id);
    }

    /// @notice The storage key by which an access list declares a log: 0x03, then 31 bytes of the hash of its place and contents.
    function calculateChecksum(Identifier calldata _id, bytes32 _msgHash) public pure returns (bytes32) {
        if (_id.blockNumber > type(uint64).max) revert BlockNumberTooHigh();
        if (_id.logIndex > type(uint32).max) revert LogIndexTooHigh();
        if (_id.timestamp > type(uint64).max) revert TimestampTooHigh();
        bytes32 logHash = keccak256(abi.encodePacked(_id.origin, _msgHash));
        bytes32 place = bytes32((_id.blockNumber << 96) | (_id.timestamp << 32) | _id.logIndex);
        bytes32 idLogHash = keccak256(abi.encodePacked(logHash, place));
        return (keccak256(abi.encodePacked(idLogHash, _id.chainId)) & CHECKSUM_MASK) | CHECKSUM_PREFIX;
    }

    /// @dev The value read is zero, as nothing is stored under a checksum; it is added so that the optimizer keeps the read.
    function _isWarm(bytes32 slot) private view returns (bool warm) {
        assembly {
            let before := gas()
            let value := sload(slot)
            let used := sub(before, gas())
            warm := iszero(gt(add(used, value), WARM_READ_THRESHOLD))
        }
    }
}

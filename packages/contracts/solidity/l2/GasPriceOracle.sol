// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L1Block} from "./L1Block.sol";

/// @title GasPriceOracle
/// @notice Estimates what a transaction costs beyond its gas, by the formulas that the execution layer applies.
contract GasPriceOracle {
    L1Block internal constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);
    uint256 public constant DECIMALS = 6;
    int256 private constant INTERCEPT = -42_585_600;
    uint256 private constant PER_BYTE = 836_500;
    uint256 private constant LEAST = 100;

    bool public isEcotone;
    bool public isFjord;
    bool public isIsthmus;
    bool public isJovian;

    modifier onlyDepositor() {
        require(msg.sender == L1_BLOCK.DEPOSITOR_ACCOUNT(), "GasPriceOracle: only the depositor account can set the fork flag");
        _;
    }

    function version() external pure returns (string memory) {
        return "1.6.0";
    }

    function setEcotone() external onlyDepositor {
        isEcotone = true;
    }

    function setFjord() external onlyDepositor {
        isFjord = true;
    }

    function setIsthmus() external onlyDepositor {
        isIsthmus = true;
    }

    function setJovian() external onlyDepositor {
        isJovian = true;
    }

    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    function l1BaseFee() public view returns (uint256) {
        return L1_BLOCK.basefee();
    }

    function blobBaseFee() public view returns (uint256) {
        return L1_BLOCK.blobBaseFee();
    }

    function baseFeeScalar() public view returns (uint32) {
        return L1_BLOCK.baseFeeScalar();
    }

    function blobBaseFeeScalar() public view returns (uint32) {
        return L1_BLOCK.blobBaseFeeScalar();
    }

    function decimals() external pure returns (uint256) {
        return DECIMALS;
    }

    /// @notice L1 data fee of a transaction whose unsigned encoding is given.
    function getL1Fee(bytes memory _data) external view returns (uint256) {
        if (isFjord) return _fjordFee(flzLength(_data) + 68);
        uint256 gasUsed = _calldataGas(_data) + 68 * 16;
        return (gasUsed * _weighted()) / 16e6;
    }

    /// @notice An upper bound of the L1 data fee for an unsigned transaction of a size.
    function getL1FeeUpperBound(uint256 _unsignedTxSize) external view returns (uint256) {
        require(isFjord, "GasPriceOracle: getL1FeeUpperBound only supports Fjord");
        uint256 size = _unsignedTxSize + 68;
        return _fjordFee(size + size / 255 + 16);
    }

    function getL1GasUsed(bytes memory _data) external view returns (uint256) {
        if (isFjord) return (_estimate(flzLength(_data) + 68) * 16) / 1e6;
        return _calldataGas(_data) + 68 * 16;
    }

    function getOperatorFee(uint256 _gasUsed) external view returns (uint256) {
        if (!isIsthmus) return 0;
        uint256 scaled = _gasUsed * L1_BLOCK.operatorFeeScalar();
        return (isJovian ? scaled * 100 : scaled / 1e6) + L1_BLOCK.operatorFeeConstant();
    }

    function _weighted() private view returns (uint256) {
        return uint256(baseFeeScalar()) * 16 * l1BaseFee() + uint256(blobBaseFeeScalar()) * blobBaseFee();
    }

    function _fjordFee(uint256 fastLzSize) private view returns (uint256) {
        return (_estimate(fastLzSize) * _weighted()) / 1e12;
    }

    function _estimate(uint256 fastLzSize) private pure returns (uint256) {
        int256 size = INTERCEPT + int256(PER_BYTE * fastLzSize);
        return size < int256(LEAST * 1e6) ? LEAST * 1e6 : uint256(size);
    }

    function _calldataGas(bytes memory _data) private pure returns (uint256 total) {
        for (uint256 i = 0; i < _data.length; i++) total += _data[i] == 0 ? 4 : 16;
    }

    /// @notice Length of the FastLZ (level 1) compression of data.
    function flzLength(bytes memory data) public pure returns (uint256 total) {
        uint256 length = data.length;
        uint256 limit = length < 13 ? 0 : length - 13;
        uint256[] memory table = new uint256[](8192);
        uint256 anchor = 0;
        uint256 at = 2;
        while (at < limit) {
            uint256 candidate;
            while (true) {
                uint256 value = _word(data, at);
                uint256 slot = _slot(value);
                candidate = table[slot];
                table[slot] = at;
                uint256 distance = at - candidate;
                if (at >= limit) break;
                at++;
                if (distance <= 0x1fff && value == _word(data, candidate)) break;
            }
            if (at >= limit) break;
            at--;
            if (at > anchor) total += _literals(at - anchor);
            uint256 matched = _match(data, candidate + 3, at + 3, limit + 9);
            total += 3 * ((matched - 1) / 262) + ((matched - 1) % 262 >= 6 ? 3 : 2);
            at += matched;
            table[_slot(_word(data, at))] = at;
            at++;
            table[_slot(_word(data, at))] = at;
            at++;
            anchor = at;
        }
        total += _literals(length - anchor);
    }

    function _word(bytes memory data, uint256 i) private pure returns (uint256) {
        return uint256(uint8(data[i])) | (uint256(uint8(data[i + 1])) << 8) | (uint256(uint8(data[i + 2])) << 16);
    }

    function _slot(uint256 value) private pure returns (uint256) {
        unchecked {
            return (uint256(uint32(2654435769 * uint32(value))) >> 19) & 0x1fff;
        }
    }

    function _literals(uint256 count) private pure returns (uint256) {
        return 0x21 * (count / 0x20) + (count % 0x20 == 0 ? 0 : (count % 0x20) + 1);
    }

    function _match(bytes memory data, uint256 p, uint256 q, uint256 end) private pure returns (uint256 length) {
        uint256 most = end - q;
        while (length < most && data[p + length] == data[q + length]) length++;
        if (length < most) length++;
    }
}

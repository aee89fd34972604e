// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FastLz} from "./FastLz.sol";
import {L1Block} from "./L1Block.sol";

/// @title GasPriceOracle
/// @notice Estimates what a transaction costs beyond its gas, by the formulas that the execution layer applies.
contract GasPriceOracle {
    L1Block internal constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);
    uint256 public constant DECIMALS = 6;
    /// @dev Fjord's linear regression from compressed length to size, in millionths of a byte.
    int256 private constant INTERCEPT = -42_585_600;
    uint256 private constant COEFFICIENT = 836_500;
    uint256 private constant LEAST_SIZE = 100e6;
    /// @dev Callers give unsigned transactions; a signature adds 68 bytes.
    uint256 private constant SIGNATURE_SIZE = 68;

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
        require(!isEcotone, "GasPriceOracle: Ecotone already active");
        isEcotone = true;
    }

    function setFjord() external onlyDepositor {
        require(isEcotone, "GasPriceOracle: Fjord can only be activated after Ecotone");
        require(!isFjord, "GasPriceOracle: Fjord already active");
        isFjord = true;
    }

    function setIsthmus() external onlyDepositor {
        require(isFjord, "GasPriceOracle: Isthmus can only be activated after Fjord");
        require(!isIsthmus, "GasPriceOracle: Isthmus already active");
        isIsthmus = true;
    }

    function setJovian() external onlyDepositor {
        require(isIsthmus, "GasPriceOracle: Jovian can only be activated after Isthmus");
        require(!isJovian, "GasPriceOracle: Jovian already active");
        isJovian = true;
    }

    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    function overhead() external view returns (uint256) {
        require(!isEcotone, "GasPriceOracle: overhead() is deprecated");
        return L1_BLOCK.l1FeeOverhead();
    }

    function scalar() external view returns (uint256) {
        require(!isEcotone, "GasPriceOracle: scalar() is deprecated");
        return L1_BLOCK.l1FeeScalar();
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

    /// @notice L1 data fee, in wei, of the transaction whose unsigned encoding is given.
    function getL1Fee(bytes memory _data) external view returns (uint256) {
        if (isFjord) return _fjordFee(FastLz.compressedLength(_data) + SIGNATURE_SIZE);
        if (isEcotone) return (_calldataGas(_data) * _weightedBaseFee()) / 16e6;
        return ((_calldataGas(_data) + L1_BLOCK.l1FeeOverhead()) * l1BaseFee() * L1_BLOCK.l1FeeScalar()) / 1e6;
    }

    /// @notice An upper bound of the L1 data fee for an unsigned transaction of a size in bytes.
    function getL1FeeUpperBound(uint256 _unsignedTxSize) external view returns (uint256) {
        require(isFjord, "GasPriceOracle: getL1FeeUpperBound only supports Fjord");
        uint256 size = _unsignedTxSize + SIGNATURE_SIZE;
        return _fjordFee(size + size / 255 + 16);
    }

    /// @notice L1 gas of the transaction whose unsigned encoding is given.
    function getL1GasUsed(bytes memory _data) external view returns (uint256) {
        if (isFjord) return (_estimatedSize(FastLz.compressedLength(_data) + SIGNATURE_SIZE) * 16) / 1e6;
        return _calldataGas(_data) + (isEcotone ? 0 : L1_BLOCK.l1FeeOverhead());
    }

    /// @notice Operator fee, in wei, for an amount of L2 gas.
    function getOperatorFee(uint256 _gasUsed) external view returns (uint256) {
        if (!isIsthmus) return 0;
        uint256 perGas = L1_BLOCK.operatorFeeScalar();
        uint256 fee = isJovian ? _saturatingMul(_saturatingMul(_gasUsed, perGas), 100) : _saturatingMul(_gasUsed, perGas) / 1e6;
        uint256 constantPart = L1_BLOCK.operatorFeeConstant();
        return fee > type(uint256).max - constantPart ? type(uint256).max : fee + constantPart;
    }

    function _weightedBaseFee() private view returns (uint256) {
        return uint256(baseFeeScalar()) * 16 * l1BaseFee() + uint256(blobBaseFeeScalar()) * blobBaseFee();
    }

    function _fjordFee(uint256 compressedLength) private view returns (uint256) {
        return (_estimatedSize(compressedLength) * _weightedBaseFee()) / 1e12;
    }

    function _estimatedSize(uint256 compressedLength) private pure returns (uint256) {
        int256 size = INTERCEPT + int256(COEFFICIENT * compressedLength);
        return size < int256(LEAST_SIZE) ? LEAST_SIZE : uint256(size);
    }

    function _calldataGas(bytes memory _data) private pure returns (uint256 total) {
        total = SIGNATURE_SIZE * 16;
        for (uint256 i = 0; i < _data.length; i++) total += _data[i] == 0 ? 4 : 16;
    }

    function _saturatingMul(uint256 a, uint256 b) private pure returns (uint256) {
        return b != 0 && a > type(uint256).max / b ? type(uint256).max : a * b;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title OptimismPortal
/// @notice The way into L2: each call of depositTransaction becomes a deposit that no sequencer can leave out.
contract OptimismPortal {
    struct ResourceParams {
        uint128 prevBaseFee;
        uint64 prevBoughtGas;
        uint64 prevBlockNum;
    }

    uint256 internal constant DEPOSIT_VERSION = 0;
    uint160 internal constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);
    uint64 internal constant RECEIVE_DEFAULT_GAS_LIMIT = 100_000;
    uint64 internal constant MAX_RESOURCE_LIMIT = 20_000_000;
    uint256 internal constant ELASTICITY = 10;
    uint256 internal constant DENOMINATOR = 8;
    uint256 internal constant MINIMUM_BASE_FEE = 1 gwei;

    ResourceParams public params;
    address public immutable systemConfig;

    event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData);

    error OutOfGas();
    error OptimismPortal_BadTarget();
    error OptimismPortal_GasLimitTooLow();
    error OptimismPortal_CalldataTooLarge();

    constructor(address _systemConfig) {
        systemConfig = _systemConfig;
        params = ResourceParams(uint128(MINIMUM_BASE_FEE), 0, uint64(block.number));
    }

    receive() external payable {
        depositTransaction(msg.sender, msg.value, RECEIVE_DEFAULT_GAS_LIMIT, false, bytes(""));
    }

    /// @notice Takes ether without a deposit.
    function donateETH() external payable {}

    function version() external pure returns (string memory) {
        return "5.0.0";
    }

    function paused() external pure returns (bool) {
        return false;
    }

    function minimumGasLimit(uint64 _byteCount) public pure returns (uint64) {
        return _byteCount * 40 + 21_000;
    }

    function depositTransaction(address _to, uint256 _value, uint64 _gasLimit, bool _isCreation, bytes memory _data) public payable {
        uint256 gasBefore = gasleft();
        if (_isCreation && _to != address(0)) revert OptimismPortal_BadTarget();
        if (_gasLimit < minimumGasLimit(uint64(_data.length))) revert OptimismPortal_GasLimitTooLow();
        if (_data.length > 120_000) revert OptimismPortal_CalldataTooLarge();
        address from = msg.sender;
        if (msg.sender != tx.origin && !_delegates(msg.sender)) {
            unchecked {
                from = address(uint160(msg.sender) + ALIAS_OFFSET);
            }
        }
        emit TransactionDeposited(from, _to, DEPOSIT_VERSION, abi.encodePacked(msg.value, _value, _gasLimit, _isCreation, _data));
        _meter(_gasLimit, gasBefore);
    }

    /// @dev An account that has delegated its code (EIP-7702) is still a user.
    function _delegates(address account) private view returns (bool) {
        bytes memory code = account.code;
        return code.length == 23 && code[0] == 0xef && code[1] == 0x01 && code[2] == 0x00;
    }

    /// @dev Sells L2 gas by a price that follows demand; what it costs beyond the gas burnt already is burnt here.
    function _meter(uint64 amount, uint256 gasBefore) private {
        uint256 target = MAX_RESOURCE_LIMIT / ELASTICITY;
        uint256 passed = block.number - params.prevBlockNum;
        if (passed > 0) {
            int256 fee = int256(uint256(params.prevBaseFee));
            int256 change = (fee * (int256(uint256(params.prevBoughtGas)) - int256(target))) / int256(target) / int256(DENOMINATOR);
            fee += change;
            for (uint256 i = 1; i < passed && fee > int256(MINIMUM_BASE_FEE); i++) fee -= fee / int256(DENOMINATOR);
            if (fee < int256(MINIMUM_BASE_FEE)) fee = int256(MINIMUM_BASE_FEE);
            if (fee > int256(uint256(type(uint128).max))) fee = int256(uint256(type(uint128).max));
            params = ResourceParams(uint128(uint256(fee)), 0, uint64(block.number));
        }
        params.prevBoughtGas += amount;
        if (params.prevBoughtGas > MAX_RESOURCE_LIMIT) revert OutOfGas();
        uint256 cost = (uint256(amount) * params.prevBaseFee) / (block.basefee > 1 gwei ? block.basefee : 1 gwei);
        uint256 used = gasBefore - gasleft();
        if (cost > used) {
            uint256 until = gasleft() > cost - used ? gasleft() - (cost - used) : 0;
            while (gasleft() > until) {}
        }
    }
}

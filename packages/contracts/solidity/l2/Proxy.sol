// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Proxy
/// @notice Hands every call to its implementation; its admin calls reach the proxy itself (EIP-1967 slots).
contract Proxy {
    bytes32 internal constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    bytes32 internal constant ADMIN = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;

    event Upgraded(address indexed implementation);
    event AdminChanged(address previousAdmin, address newAdmin);

    constructor(address admin_) {
        _store(ADMIN, admin_);
    }

    modifier ifAdmin() {
        if (msg.sender == _load(ADMIN) || msg.sender == address(0)) _;
        else _delegate();
    }

    receive() external payable {
        _delegate();
    }

    fallback() external payable {
        _delegate();
    }

    function upgradeTo(address implementation_) external ifAdmin {
        _store(IMPLEMENTATION, implementation_);
        emit Upgraded(implementation_);
    }

    function upgradeToAndCall(address implementation_, bytes calldata data) external payable ifAdmin returns (bytes memory) {
        _store(IMPLEMENTATION, implementation_);
        emit Upgraded(implementation_);
        (bool success, bytes memory result) = implementation_.delegatecall(data);
        require(success, "Proxy: delegatecall to new implementation contract failed");
        return result;
    }

    function changeAdmin(address admin_) external ifAdmin {
        emit AdminChanged(_load(ADMIN), admin_);
        _store(ADMIN, admin_);
    }

    function admin() external ifAdmin returns (address) {
        return _load(ADMIN);
    }

    function implementation() external ifAdmin returns (address) {
        return _load(IMPLEMENTATION);
    }

    function _delegate() internal {
        address target = _load(IMPLEMENTATION);
        require(target != address(0), "Proxy: implementation not initialized");
        assembly {
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(success) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }

    function _load(bytes32 slot) private view returns (address value) {
        assembly {
            value := sload(slot)
        }
    }

    function _store(bytes32 slot, address value) private {
        assembly {
            sstore(slot, value)
        }
    }
}

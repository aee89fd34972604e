// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SUPERCHAIN_ETH_BRIDGE, Unauthorized} from "./Interop.sol";

/// @title ETHLiquidity
/// @notice Holds ether that exists on no L1: it takes in what leaves for other chains and gives out what arrives from them.
contract ETHLiquidity {
    event LiquidityBurned(address indexed caller, uint256 value);
    event LiquidityMinted(address indexed caller, uint256 value);

    modifier onlyBridge() {
        if (msg.sender != SUPERCHAIN_ETH_BRIDGE) revert Unauthorized();
        _;
    }

    function version() external pure returns (string memory) {
        return "1.0.1";
    }

    function burn() external payable onlyBridge {
        emit LiquidityBurned(msg.sender, msg.value);
    }

    function mint(uint256 _amount) external onlyBridge {
        new SafeSend{value: _amount}(payable(msg.sender));
        emit LiquidityMinted(msg.sender, _amount);
    }
}

/// @notice Gives its ether to a recipient without running the recipient's code.
contract SafeSend {
    constructor(address payable recipient) payable {
        selfdestruct(recipient);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeSend} from "./ETHLiquidity.sol";
import {ETH_LIQUIDITY, IETHLiquidity, IL2ToL2CrossDomainMessenger, InvalidCrossDomainSender, L2_TO_L2_CROSS_DOMAIN_MESSENGER, Unauthorized, ZeroAddress} from "./Interop.sol";

/// @title SuperchainETHBridge
/// @notice Moves ether between chains: it is taken in by ETHLiquidity here and given out by ETHLiquidity there.
contract SuperchainETHBridge {
    event SendETH(address indexed from, address indexed to, uint256 amount, uint256 destination);
    event RelayETH(address indexed from, address indexed to, uint256 amount, uint256 source);

    function version() external pure returns (string memory) {
        return "1.0.1";
    }

    function sendETH(address _to, uint256 _chainId) external payable returns (bytes32 msgHash_) {
        if (_to == address(0)) revert ZeroAddress();
        IETHLiquidity(ETH_LIQUIDITY).burn{value: msg.value}();
        bytes memory message = abi.encodeCall(this.relayETH, (msg.sender, _to, msg.value));
        msgHash_ = IL2ToL2CrossDomainMessenger(L2_TO_L2_CROSS_DOMAIN_MESSENGER).sendMessage(_chainId, address(this), message);
        emit SendETH(msg.sender, _to, msg.value, _chainId);
    }

    /// @notice Pays what was sent on another chain; only a relay of this bridge's own message reaches it.
    function relayETH(address _from, address _to, uint256 _amount) external {
        if (msg.sender != L2_TO_L2_CROSS_DOMAIN_MESSENGER) revert Unauthorized();
        (address sender, uint256 source) = IL2ToL2CrossDomainMessenger(L2_TO_L2_CROSS_DOMAIN_MESSENGER).crossDomainMessageContext();
        if (sender != address(this)) revert InvalidCrossDomainSender();
        IETHLiquidity(ETH_LIQUIDITY).mint(_amount);
        new SafeSend{value: _amount}(payable(_to));
        emit RelayETH(_from, _to, _amount, source);
    }
}

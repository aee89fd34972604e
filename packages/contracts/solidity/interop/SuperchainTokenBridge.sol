// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165, IERC7802, IL2ToL2CrossDomainMessenger, InvalidCrossDomainSender, L2_TO_L2_CROSS_DOMAIN_MESSENGER, Unauthorized, ZeroAddress} from "./Interop.sol";

/// @title SuperchainTokenBridge
/// @notice Moves ERC-7802 tokens that have one address on all chains: burnt here, minted there.
contract SuperchainTokenBridge {
    error InvalidERC7802();

    event SendERC20(address indexed token, address indexed from, address indexed to, uint256 amount, uint256 destination);
    event RelayERC20(address indexed token, address indexed from, address indexed to, uint256 amount, uint256 source);

    function version() external pure returns (string memory) {
        return "1.0.1";
    }

    function sendERC20(address _token, address _to, uint256 _amount, uint256 _chainId) external returns (bytes32 msgHash_) {
        if (_to == address(0)) revert ZeroAddress();
        if (!IERC165(_token).supportsInterface(type(IERC7802).interfaceId)) revert InvalidERC7802();
        IERC7802(_token).crosschainBurn(msg.sender, _amount);
        bytes memory message = abi.encodeCall(this.relayERC20, (_token, msg.sender, _to, _amount));
        msgHash_ = IL2ToL2CrossDomainMessenger(L2_TO_L2_CROSS_DOMAIN_MESSENGER).sendMessage(_chainId, address(this), message);
        emit SendERC20(_token, msg.sender, _to, _amount, _chainId);
    }

    /// @notice Mints what was sent on another chain; only a relay of this bridge's own message reaches it.
    function relayERC20(address _token, address _from, address _to, uint256 _amount) external {
        if (msg.sender != L2_TO_L2_CROSS_DOMAIN_MESSENGER) revert Unauthorized();
        (address sender, uint256 source) = IL2ToL2CrossDomainMessenger(L2_TO_L2_CROSS_DOMAIN_MESSENGER).crossDomainMessageContext();
        if (sender != address(this)) revert InvalidCrossDomainSender();
        IERC7802(_token).crosschainMint(_to, _amount);
        emit RelayERC20(_token, _from, _to, _amount, source);
    }
}

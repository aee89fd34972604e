// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SuperchainERC20} from "./SuperchainERC20.sol";

/// @title DevnetFaucetToken
/// @notice A token for local chains: anyone mints as much as they like, so it has no worth and no place on a public chain.
contract DevnetFaucetToken is SuperchainERC20 {
    string public constant override name = "Devnet Faucet Token";
    string public constant override symbol = "FAUCET";

    function faucetMint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title FeeVault
/// @notice Collects one kind of fee and sends it to its recipient on L2.
contract FeeVault {
    enum WithdrawalNetwork {
        L1,
        L2
    }

    address public recipient;
    uint256 public minWithdrawalAmount;
    uint256 public totalProcessed;

    event Withdrawal(uint256 value, address to, address from);
    event Withdrawal(uint256 value, address to, address from, WithdrawalNetwork withdrawalNetwork);

    receive() external payable {}

    function version() external pure returns (string memory) {
        return "1.6.0";
    }

    function RECIPIENT() external view returns (address) {
        return recipient;
    }

    function MIN_WITHDRAWAL_AMOUNT() external view returns (uint256) {
        return minWithdrawalAmount;
    }

    function WITHDRAWAL_NETWORK() external pure returns (WithdrawalNetwork) {
        return WithdrawalNetwork.L2;
    }

    function withdrawalNetwork() external pure returns (WithdrawalNetwork) {
        return WithdrawalNetwork.L2;
    }

    function withdraw() external returns (uint256 value) {
        value = address(this).balance;
        require(value >= minWithdrawalAmount, "FeeVault: withdrawal amount must be greater than minimum withdrawal amount");
        totalProcessed += value;
        emit Withdrawal(value, recipient, msg.sender);
        emit Withdrawal(value, recipient, msg.sender, WithdrawalNetwork.L2);
        (bool success,) = recipient.call{value: value}("");
        require(success, "FeeVault: failed to send ETH to L2 fee recipient");
    }
}

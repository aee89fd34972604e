// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IOwned {
    function owner() external view returns (address);
}

interface IWithdrawals {
    function initiateWithdrawal(address target, uint256 gasLimit, bytes memory data) external payable;
}

/// @title FeeVault
/// @notice Collects one kind of fee and sends it to its recipient, on L2 or by a withdrawal to L1.
contract FeeVault {
    enum WithdrawalNetwork {
        L1,
        L2
    }

    IOwned internal constant PROXY_ADMIN = IOwned(0x4200000000000000000000000000000000000018);
    IWithdrawals internal constant MESSAGE_PASSER = IWithdrawals(0x4200000000000000000000000000000000000016);
    uint256 internal constant WITHDRAWAL_MIN_GAS = 400_000;

    // slots 0 and 1
    uint256 public totalProcessed;
    uint256 public minWithdrawalAmount;
    // slot 2
    address public recipient;
    WithdrawalNetwork public withdrawalNetwork;

    event Withdrawal(uint256 value, address to, address from);
    event Withdrawal(uint256 value, address to, address from, WithdrawalNetwork withdrawalNetwork);
    event MinWithdrawalAmountUpdated(uint256 oldMinWithdrawalAmount, uint256 newMinWithdrawalAmount);
    event RecipientUpdated(address oldRecipient, address newRecipient);
    event WithdrawalNetworkUpdated(WithdrawalNetwork oldWithdrawalNetwork, WithdrawalNetwork newWithdrawalNetwork);

    modifier onlyProxyAdminOwner() {
        require(msg.sender == PROXY_ADMIN.owner(), "FeeVault: caller is not the ProxyAdmin's owner");
        _;
    }

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

    function WITHDRAWAL_NETWORK() external view returns (WithdrawalNetwork) {
        return withdrawalNetwork;
    }

    function setMinWithdrawalAmount(uint256 _minWithdrawalAmount) external onlyProxyAdminOwner {
        emit MinWithdrawalAmountUpdated(minWithdrawalAmount, _minWithdrawalAmount);
        minWithdrawalAmount = _minWithdrawalAmount;
    }

    function setRecipient(address _recipient) external onlyProxyAdminOwner {
        emit RecipientUpdated(recipient, _recipient);
        recipient = _recipient;
    }

    function setWithdrawalNetwork(WithdrawalNetwork _withdrawalNetwork) external onlyProxyAdminOwner {
        emit WithdrawalNetworkUpdated(withdrawalNetwork, _withdrawalNetwork);
        withdrawalNetwork = _withdrawalNetwork;
    }

    function withdraw() external returns (uint256 value) {
        value = address(this).balance;
        require(value >= minWithdrawalAmount, "FeeVault: withdrawal amount must be greater than minimum withdrawal amount");
        totalProcessed += value;
        emit Withdrawal(value, recipient, msg.sender);
        emit Withdrawal(value, recipient, msg.sender, withdrawalNetwork);
        if (withdrawalNetwork == WithdrawalNetwork.L1) {
            MESSAGE_PASSER.initiateWithdrawal{value: value}(recipient, WITHDRAWAL_MIN_GAS, "");
            return value;
        }
        (bool success,) = recipient.call{value: value}("");
        require(success, "FeeVault: failed to send ETH to L2 fee recipient");
    }
}

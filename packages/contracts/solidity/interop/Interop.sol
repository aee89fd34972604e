// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

address constant CROSS_L2_INBOX = 0x4200000000000000000000000000000000000022;
address constant L2_TO_L2_CROSS_DOMAIN_MESSENGER = 0x4200000000000000000000000000000000000023;
address constant SUPERCHAIN_ETH_BRIDGE = 0x4200000000000000000000000000000000000024;
address constant ETH_LIQUIDITY = 0x4200000000000000000000000000000000000025;
address constant SUPERCHAIN_TOKEN_BRIDGE = 0x4200000000000000000000000000000000000028;

/// @notice The caller may not do this.
error Unauthorized();
/// @notice The message was not sent by this contract's counterpart on the source chain.
error InvalidCrossDomainSender();
/// @notice Ether or tokens sent to the zero address would be lost.
error ZeroAddress();

/// @notice Where a log stands: its emitter, its block, its index among all logs of that block, the block's time and chain.
struct Identifier {
    address origin;
    uint256 blockNumber;
    uint256 logIndex;
    uint256 timestamp;
    uint256 chainId;
}

interface ICrossL2Inbox {
    function validateMessage(Identifier calldata _id, bytes32 _msgHash) external;
}

interface IL2ToL2CrossDomainMessenger {
    function sendMessage(uint256 _destination, address _target, bytes calldata _message) external returns (bytes32 messageHash_);
    function crossDomainMessageContext() external view returns (address sender_, uint256 source_);
}

interface IETHLiquidity {
    function burn() external payable;
    function mint(uint256 _amount) external;
}

/// @notice ERC-165: tells which interfaces a contract has.
interface IERC165 {
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// @notice ERC-20's functions, for the identifier of the interface.
interface IERC20 {
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// @notice ERC-7802: what a bridge asks of a token.
interface IERC7802 is IERC165 {
    event CrosschainMint(address indexed to, uint256 amount, address indexed sender);
    event CrosschainBurn(address indexed from, uint256 amount, address indexed sender);

    function crosschainMint(address _to, uint256 _amount) external;
    function crosschainBurn(address _from, uint256 _amount) external;
}

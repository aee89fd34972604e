// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CROSS_L2_INBOX, ICrossL2Inbox, Identifier, L2_TO_L2_CROSS_DOMAIN_MESSENGER} from "./Interop.sol";

/// @title L2ToL2CrossDomainMessenger
/// @notice Calls from one chain to another: replay protection and the sender's name on top of CrossL2Inbox.
contract L2ToL2CrossDomainMessenger {
    uint16 public constant messageVersion = 0;
    bytes32 internal constant ENTERED = bytes32(uint256(keccak256("l2tol2crossdomainmessenger.entered")) - 1);
    bytes32 internal constant SENDER = bytes32(uint256(keccak256("l2tol2crossdomainmessenger.sender")) - 1);
    bytes32 internal constant SOURCE = bytes32(uint256(keccak256("l2tol2crossdomainmessenger.source")) - 1);

    mapping(bytes32 => bool) public successfulMessages;
    uint240 internal msgNonce;
    mapping(bytes32 => bool) public sentMessages;

    error NotEntered();
    error ReentrantCall();
    error IdOriginNotL2ToL2CrossDomainMessenger();
    error EventPayloadNotSentMessage();
    error MessageDestinationSameChain();
    error MessageDestinationNotRelayChain();
    error MessageTargetL2ToL2CrossDomainMessenger();
    error MessageAlreadyRelayed();
    error InvalidMessage();

    event SentMessage(uint256 indexed destination, address indexed target, uint256 indexed messageNonce, address sender, bytes message);
    event RelayedMessage(uint256 indexed source, uint256 indexed messageNonce, bytes32 indexed messageHash, bytes32 returnDataHash);

    modifier onlyEntered() {
        if (_load(ENTERED) == 0) revert NotEntered();
        _;
    }

    modifier nonReentrant() {
        if (_load(ENTERED) != 0) revert ReentrantCall();
        _store(ENTERED, 1);
        _;
        _store(ENTERED, 0);
    }

    function version() external pure returns (string memory) {
        return "1.2.0";
    }

    /// @notice Who sent the message that is being relayed, on its source chain.
    function crossDomainMessageSender() external view onlyEntered returns (address sender_) {
        sender_ = address(uint160(_load(SENDER)));
    }

    /// @notice The chain from which the message that is being relayed comes.
    function crossDomainMessageSource() external view onlyEntered returns (uint256 source_) {
        source_ = _load(SOURCE);
    }

    function crossDomainMessageContext() external view onlyEntered returns (address sender_, uint256 source_) {
        sender_ = address(uint160(_load(SENDER)));
        source_ = _load(SOURCE);
    }

    /// @notice Emits a message to be relayed on another chain. Nothing tells here whether that chain exists or accepts it.
    function sendMessage(uint256 _destination, address _target, bytes calldata _message) external returns (bytes32 messageHash_) {
        if (_destination == block.chainid) revert MessageDestinationSameChain();
        if (_target == L2_TO_L2_CROSS_DOMAIN_MESSENGER) revert MessageTargetL2ToL2CrossDomainMessenger();
        uint256 nonce = messageNonce();
        messageHash_ = keccak256(abi.encode(_destination, block.chainid, nonce, msg.sender, _target, _message));
        sentMessages[messageHash_] = true;
        ++msgNonce;
        emit SentMessage(_destination, _target, nonce, msg.sender, _message);
    }

    /// @notice Emits a sent message again, so that it can be relayed although its first log has expired.
    function resendMessage(uint256 _destination, uint256 _nonce, address _sender, address _target, bytes calldata _message) external returns (bytes32 messageHash_) {
        messageHash_ = keccak256(abi.encode(_destination, block.chainid, _nonce, _sender, _target, _message));
        if (!sentMessages[messageHash_]) revert InvalidMessage();
        emit SentMessage(_destination, _target, _nonce, _sender, _message);
    }

    /// @notice Makes the call of a message sent on another chain; when the call fails, all is undone and the message can be relayed again.
    function relayMessage(Identifier calldata _id, bytes calldata _sentMessage) external payable nonReentrant returns (bytes memory returnData_) {
        if (_id.origin != L2_TO_L2_CROSS_DOMAIN_MESSENGER) revert IdOriginNotL2ToL2CrossDomainMessenger();
        ICrossL2Inbox(CROSS_L2_INBOX).validateMessage(_id, keccak256(_sentMessage));
        if (bytes32(_sentMessage[:32]) != SentMessage.selector) revert EventPayloadNotSentMessage();
        (uint256 destination, address target, uint256 nonce) = abi.decode(_sentMessage[32:128], (uint256, address, uint256));
        (address sender, bytes memory message) = abi.decode(_sentMessage[128:], (address, bytes));
        if (destination != block.chainid) revert MessageDestinationNotRelayChain();
        bytes32 messageHash = keccak256(abi.encode(destination, _id.chainId, nonce, sender, target, message));
        if (successfulMessages[messageHash]) revert MessageAlreadyRelayed();
        successfulMessages[messageHash] = true;
        returnData_ = _callAs(sender, _id.chainId, target, message);
        emit RelayedMessage(_id.chainId, nonce, messageHash, keccak256(returnData_));
    }

    /// @notice The next message's nonce: the version of the messages in its upper 16 bits, a counter in the others.
    function messageNonce() public view returns (uint256) {
        return (uint256(messageVersion) << 240) | msgNonce;
    }

    function _callAs(address sender, uint256 source, address target, bytes memory message) private returns (bytes memory result) {
        _store(SENDER, uint160(sender));
        _store(SOURCE, source);
        bool success;
        (success, result) = target.call{value: msg.value}(message);
        if (!success) {
            assembly {
                revert(add(32, result), mload(result))
            }
        }
        _store(SENDER, 0);
        _store(SOURCE, 0);
    }

    function _load(bytes32 slot) private view returns (uint256 value) {
        assembly {
            value := tload(slot)
        }
    }

    function _store(bytes32 slot, uint256 value) private {
        assembly {
            tstore(slot, value)
        }
    }
}

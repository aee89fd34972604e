// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title DataAvailabilityChallenge
/// @notice Where the input behind a commitment is asked for when nobody gives it: who challenges locks a bond, and whoever has the input shows
///         it here. What was shown, or not in time, is what derivation goes by.
contract DataAvailabilityChallenge {
    enum ChallengeStatus {
        Uninitialized,
        Active,
        Resolved,
        Expired
    }

    /// @dev Blocks are of this chain, ether in wei.
    struct Challenge {
        address challenger;
        uint256 lockedBond;
        uint256 startBlock;
        uint256 resolvedBlock;
    }

    /// @dev Gas that showing an input takes: so much, and so many thousandths for each of its bytes.
    uint256 public constant fixedResolutionCost = 72_925;
    uint256 public constant variableResolutionCost = 16_640;
    uint256 public constant variableResolutionCostPrecision = 1_000;
    uint8 internal constant KECCAK256 = 0;
    uint256 internal constant KECCAK256_LENGTH = 33;

    address public immutable owner;
    uint256 public immutable challengeWindow;
    uint256 public immutable resolveWindow;
    uint256 public bondSize;
    /// @notice How much of what showing an input costs is given back, in percent.
    uint256 public resolverRefundPercentage;
    mapping(address => uint256) public balances;
    mapping(uint256 => mapping(bytes => Challenge)) internal challenges;

    event ChallengeStatusChanged(uint256 indexed challengedBlockNumber, bytes challengedCommitment, ChallengeStatus status);
    event RequiredBondSizeChanged(uint256 challengeWindow);
    event ResolverRefundPercentageChanged(uint256 resolverRefundPercentage);
    event BalanceChanged(address account, uint256 balance);

    error InvalidResolverRefundPercentage(uint256 invalidResolverRefundPercentage);
    error BondTooLow(uint256 balance, uint256 required);
    error ChallengeExists();
    error ChallengeNotActive();
    error ChallengeNotExpired();
    error ChallengeWindowNotOpen();
    error InvalidInputData(bytes providedDataCommitment, bytes expectedCommitment);
    error WithdrawalFailed();
    error UnknownCommitmentType(uint8 commitmentType);
    error InvalidCommitmentLength(uint8 commitmentType, uint256 expectedLength, uint256 actualLength);

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    constructor(address _owner, uint256 _challengeWindow, uint256 _resolveWindow, uint256 _bondSize, uint256 _resolverRefundPercentage) {
        owner = _owner;
        challengeWindow = _challengeWindow;
        resolveWindow = _resolveWindow;
        _setBondSize(_bondSize);
        _setResolverRefundPercentage(_resolverRefundPercentage);
    }

    receive() external payable {
        deposit();
    }

    function setBondSize(uint256 _bondSize) external onlyOwner {
        _setBondSize(_bondSize);
    }

    function setResolverRefundPercentage(uint256 _resolverRefundPercentage) external onlyOwner {
        _setResolverRefundPercentage(_resolverRefundPercentage);
    }

    /// @notice Adds the call's value to what the caller can lock as bonds.
    function deposit() public payable {
        _credit(msg.sender, msg.value);
    }

    /// @notice Gives the caller all that is not locked.
    function withdraw() external {
        uint256 balance = balances[msg.sender];
        balances[msg.sender] = 0;
        emit BalanceChanged(msg.sender, 0);
        (bool success,) = msg.sender.call{ value: balance }("");
        if (!success) revert WithdrawalFailed();
    }

    function getChallenge(uint256 _challengedBlockNumber, bytes calldata _challengedCommitment) external view returns (Challenge memory) {
        return challenges[_challengedBlockNumber][_challengedCommitment];
    }

    function getChallengeStatus(uint256 _challengedBlockNumber, bytes calldata _challengedCommitment) public view returns (ChallengeStatus) {
        Challenge storage found = challenges[_challengedBlockNumber][_challengedCommitment];
        if (found.challenger == address(0)) return ChallengeStatus.Uninitialized;
        if (found.resolvedBlock != 0) return ChallengeStatus.Resolved;
        return block.number <= found.startBlock + resolveWindow ? ChallengeStatus.Active : ChallengeStatus.Expired;
    }

    /// @notice Reverts unless the commitment is of a type that can be challenged, and of its length.
    function validateCommitment(bytes calldata _commitment) public pure {
        uint8 commitmentType = uint8(bytes1(_commitment));
        if (commitmentType != KECCAK256) revert UnknownCommitmentType(commitmentType);
        if (_commitment.length != KECCAK256_LENGTH) revert InvalidCommitmentLength(KECCAK256, KECCAK256_LENGTH, _commitment.length);
    }

    /// @notice Asks for the input of a commitment that is in a block of this chain. Locks the caller's bond, to which the call's value is added.
    function challenge(uint256 _challengedBlockNumber, bytes calldata _challengedCommitment) external payable {
        validateCommitment(_challengedCommitment);
        deposit();
        if (balances[msg.sender] < bondSize) revert BondTooLow(balances[msg.sender], bondSize);
        if (getChallengeStatus(_challengedBlockNumber, _challengedCommitment) != ChallengeStatus.Uninitialized) revert ChallengeExists();
        if (block.number < _challengedBlockNumber || block.number > _challengedBlockNumber + challengeWindow) revert ChallengeWindowNotOpen();
        balances[msg.sender] -= bondSize;
        challenges[_challengedBlockNumber][_challengedCommitment] = Challenge({ challenger: msg.sender, lockedBond: bondSize, startBlock: block.number, resolvedBlock: 0 });
        emit ChallengeStatusChanged(_challengedBlockNumber, _challengedCommitment, ChallengeStatus.Active);
    }

    /// @notice Shows the input that was asked for.
    function resolve(uint256 _challengedBlockNumber, bytes calldata _challengedCommitment, bytes calldata _resolveData) external {
        validateCommitment(_challengedCommitment);
        if (getChallengeStatus(_challengedBlockNumber, _challengedCommitment) != ChallengeStatus.Active) revert ChallengeNotActive();
        bytes memory computed = abi.encodePacked(KECCAK256, keccak256(_resolveData));
        if (keccak256(computed) != keccak256(_challengedCommitment)) revert InvalidInputData(computed, _challengedCommitment);
        Challenge storage active = challenges[_challengedBlockNumber][_challengedCommitment];
        active.resolvedBlock = block.number;
        emit ChallengeStatusChanged(_challengedBlockNumber, _challengedCommitment, ChallengeStatus.Resolved);
        _distributeBond(active, _resolveData.length);
    }

    /// @notice Gives the bond of a challenge that nobody answered back to who made it.
    function unlockBond(uint256 _challengedBlockNumber, bytes calldata _challengedCommitment) external {
        if (getChallengeStatus(_challengedBlockNumber, _challengedCommitment) != ChallengeStatus.Expired) revert ChallengeNotExpired();
        Challenge storage expired = challenges[_challengedBlockNumber][_challengedCommitment];
        uint256 bond = expired.lockedBond;
        expired.lockedBond = 0;
        _credit(expired.challenger, bond);
    }

    /// @dev What showing the input cost is taken from the bond: part of it for who showed it, the rest is burnt. The challenger has the remainder.
    function _distributeBond(Challenge storage _resolved, uint256 _inputLength) internal {
        uint256 bond = _resolved.lockedBond;
        _resolved.lockedBond = 0;
        uint256 cost = (fixedResolutionCost + _inputLength * variableResolutionCost / variableResolutionCostPrecision) * block.basefee;
        if (bond > cost) {
            _credit(_resolved.challenger, bond - cost);
            bond = cost;
        }
        uint256 refund = cost * resolverRefundPercentage / 100;
        if (refund > bond) refund = bond;
        if (refund > 0) {
            _credit(msg.sender, refund);
            bond -= refund;
        }
        if (bond > 0) payable(address(0)).transfer(bond);
    }

    function _credit(address _account, uint256 _amount) internal {
        balances[_account] += _amount;
        emit BalanceChanged(_account, balances[_account]);
    }

    function _setBondSize(uint256 _bondSize) internal {
        bondSize = _bondSize;
        emit RequiredBondSizeChanged(_bondSize);
    }

    function _setResolverRefundPercentage(uint256 _percentage) internal {
        if (_percentage > 100) revert InvalidResolverRefundPercentage(_percentage);
        resolverRefundPercentage = _percentage;
        emit ResolverRefundPercentageChanged(_percentage);
    }
}

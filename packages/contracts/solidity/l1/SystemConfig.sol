// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SystemConfig
/// @notice What a chain's owner may change while it runs; every change is an event that derivation reads.
contract SystemConfig {
    /// @dev How the portal sells L2 gas; the portal's constants.
    struct ResourceConfig {
        uint32 maxResourceLimit;
        uint8 elasticityMultiplier;
        uint8 baseFeeMaxChangeDenominator;
        uint32 minimumBaseFee;
        uint32 systemTxMaxGas;
        uint128 maximumBaseFee;
    }

    enum UpdateType {
        BATCHER,
        FEE_SCALARS,
        GAS_LIMIT,
        UNSAFE_BLOCK_SIGNER,
        EIP_1559_PARAMS,
        OPERATOR_FEE_PARAMS,
        MIN_BASE_FEE,
        DA_FOOTPRINT_GAS_SCALAR
    }

    uint256 public constant VERSION = 0;
    bytes32 public constant UNSAFE_BLOCK_SIGNER_SLOT = keccak256("systemconfig.unsafeblocksigner");
    uint64 internal constant MAX_GAS_LIMIT = 200_000_000;
    uint64 internal constant MIN_GAS_LIMIT = 21_000_000;

    address public owner;
    bytes32 public batcherHash;
    uint256 public overhead;
    uint256 public scalar;
    uint64 public gasLimit;
    uint32 public basefeeScalar;
    uint32 public blobbasefeeScalar;
    uint32 public eip1559Denominator;
    uint32 public eip1559Elasticity;
    uint32 public operatorFeeScalar;
    uint64 public operatorFeeConstant;
    uint64 public minBaseFee;
    uint16 public daFootprintGasScalar;
    address public batchInbox;
    address public optimismPortal;
    uint256 public startBlock;
    uint256 public l2ChainId;

    event ConfigUpdate(uint256 indexed version, UpdateType indexed updateType, bytes data);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    constructor(address _owner, address _batcher, uint32 _basefeeScalar, uint32 _blobbasefeeScalar, uint64 _gasLimit, address _unsafeBlockSigner, address _batchInbox, uint256 _l2ChainId, address _optimismPortal) {
        owner = _owner;
        optimismPortal = _optimismPortal;
        batchInbox = _batchInbox;
        l2ChainId = _l2ChainId;
        startBlock = block.number;
        batcherHash = bytes32(uint256(uint160(_batcher)));
        basefeeScalar = _basefeeScalar;
        blobbasefeeScalar = _blobbasefeeScalar;
        scalar = _ecotoneScalar(_basefeeScalar, _blobbasefeeScalar);
        gasLimit = _gasLimit;
        _storeSigner(_unsafeBlockSigner);
    }

    function version() external pure returns (string memory) {
        return "3.7.0";
    }

    function transferOwnership(address newOwner) external onlyOwner {
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
    }

    function paused() external pure returns (bool) {
        return false;
    }

    function resourceConfig() external pure returns (ResourceConfig memory) {
        return ResourceConfig(20_000_000, 10, 8, 1 gwei, 1_000_000, type(uint128).max);
    }

    function minimumGasLimit() public pure returns (uint64) {
        return MIN_GAS_LIMIT;
    }

    function maximumGasLimit() public pure returns (uint64) {
        return MAX_GAS_LIMIT;
    }

    function unsafeBlockSigner() external view returns (address signer) {
        bytes32 slot = UNSAFE_BLOCK_SIGNER_SLOT;
        assembly {
            signer := sload(slot)
        }
    }

    function setUnsafeBlockSigner(address _signer) external onlyOwner {
        _storeSigner(_signer);
        emit ConfigUpdate(VERSION, UpdateType.UNSAFE_BLOCK_SIGNER, abi.encode(_signer));
    }

    function setBatcherHash(bytes32 _batcherHash) external onlyOwner {
        batcherHash = _batcherHash;
        emit ConfigUpdate(VERSION, UpdateType.BATCHER, abi.encode(_batcherHash));
    }

    function setGasConfig(uint256 _overhead, uint256 _scalar) external onlyOwner {
        require((uint256(0xff) << 248) & _scalar == 0, "SystemConfig: scalar exceeds max.");
        overhead = _overhead;
        scalar = _scalar;
        emit ConfigUpdate(VERSION, UpdateType.FEE_SCALARS, abi.encode(_overhead, _scalar));
    }

    function setGasConfigEcotone(uint32 _basefeeScalar, uint32 _blobbasefeeScalar) external onlyOwner {
        basefeeScalar = _basefeeScalar;
        blobbasefeeScalar = _blobbasefeeScalar;
        scalar = _ecotoneScalar(_basefeeScalar, _blobbasefeeScalar);
        emit ConfigUpdate(VERSION, UpdateType.FEE_SCALARS, abi.encode(overhead, scalar));
    }

    function setGasLimit(uint64 _gasLimit) external onlyOwner {
        require(_gasLimit >= MIN_GAS_LIMIT, "SystemConfig: gas limit too low");
        require(_gasLimit <= MAX_GAS_LIMIT, "SystemConfig: gas limit too high");
        gasLimit = _gasLimit;
        emit ConfigUpdate(VERSION, UpdateType.GAS_LIMIT, abi.encode(_gasLimit));
    }

    function setEIP1559Params(uint32 _denominator, uint32 _elasticity) external onlyOwner {
        require(_denominator >= 1, "SystemConfig: denominator must be >= 1");
        require(_elasticity >= 1, "SystemConfig: elasticity must be >= 1");
        eip1559Denominator = _denominator;
        eip1559Elasticity = _elasticity;
        emit ConfigUpdate(VERSION, UpdateType.EIP_1559_PARAMS, abi.encode((uint256(_denominator) << 32) | _elasticity));
    }

    function setOperatorFeeScalars(uint32 _operatorFeeScalar, uint64 _operatorFeeConstant) external onlyOwner {
        operatorFeeScalar = _operatorFeeScalar;
        operatorFeeConstant = _operatorFeeConstant;
        emit ConfigUpdate(VERSION, UpdateType.OPERATOR_FEE_PARAMS, abi.encode((uint256(_operatorFeeScalar) << 64) | _operatorFeeConstant));
    }

    function setMinBaseFee(uint64 _minBaseFee) external onlyOwner {
        minBaseFee = _minBaseFee;
        emit ConfigUpdate(VERSION, UpdateType.MIN_BASE_FEE, abi.encode(_minBaseFee));
    }

    function setDAFootprintGasScalar(uint16 _scalar) external onlyOwner {
        daFootprintGasScalar = _scalar;
        emit ConfigUpdate(VERSION, UpdateType.DA_FOOTPRINT_GAS_SCALAR, abi.encode(_scalar));
    }

    function _ecotoneScalar(uint32 _basefeeScalar, uint32 _blobbasefeeScalar) private pure returns (uint256) {
        return (uint256(0x01) << 248) | (uint256(_blobbasefeeScalar) << 32) | _basefeeScalar;
    }

    function _storeSigner(address _signer) private {
        bytes32 slot = UNSAFE_BLOCK_SIGNER_SLOT;
        assembly {
            sstore(slot, _signer)
        }
    }
}

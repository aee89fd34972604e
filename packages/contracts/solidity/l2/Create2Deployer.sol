// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Create2Deployer
/// @notice Deploys contracts at addresses that follow from a salt and their code.
contract Create2Deployer {
    receive() external payable {}

    function deploy(uint256 value, bytes32 salt, bytes memory code) external payable {
        require(address(this).balance >= value, "Create2: insufficient balance");
        require(code.length != 0, "Create2: bytecode length is zero");
        address deployed;
        assembly {
            deployed := create2(value, add(code, 0x20), mload(code), salt)
        }
        require(deployed != address(0), "Create2: Failed on deploy");
    }

    function computeAddress(bytes32 salt, bytes32 codeHash) external view returns (address) {
        return computeAddressWithDeployer(salt, codeHash, address(this));
    }

    function computeAddressWithDeployer(bytes32 salt, bytes32 codeHash, address deployer) public pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), deployer, salt, codeHash)))));
    }
}

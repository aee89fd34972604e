// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IProxy {
    function upgradeTo(address implementation) external;
    function changeAdmin(address admin) external;
    function admin() external returns (address);
    function implementation() external returns (address);
}

/// @title ProxyAdmin
/// @notice Upgrades the predeploys on behalf of its owner.
contract ProxyAdmin {
    address public owner;

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    function transferOwnership(address newOwner) external onlyOwner {
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
    }

    function upgrade(address payable proxy, address implementation) external onlyOwner {
        IProxy(proxy).upgradeTo(implementation);
    }

    function changeProxyAdmin(address payable proxy, address newAdmin) external onlyOwner {
        IProxy(proxy).changeAdmin(newAdmin);
    }

    function getProxyAdmin(address payable proxy) external returns (address) {
        return IProxy(proxy).admin();
    }

    function getProxyImplementation(address proxy) external returns (address) {
        return IProxy(proxy).implementation();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IProxy {
    function upgradeTo(address implementation) external;
    function upgradeToAndCall(address implementation, bytes calldata data) external payable returns (bytes memory);
    function changeAdmin(address admin) external;
    function admin() external view returns (address);
    function implementation() external view returns (address);
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

    function upgradeAndCall(address payable proxy, address implementation, bytes memory data) external payable onlyOwner {
        IProxy(proxy).upgradeToAndCall{value: msg.value}(implementation, data);
    }

    function changeProxyAdmin(address payable proxy, address newAdmin) external onlyOwner {
        IProxy(proxy).changeAdmin(newAdmin);
    }

    function getProxyAdmin(address payable proxy) external view returns (address) {
        return IProxy(proxy).admin();
    }

    function getProxyImplementation(address proxy) external view returns (address) {
        return IProxy(proxy).implementation();
    }
}

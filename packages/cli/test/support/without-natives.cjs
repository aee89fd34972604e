// Loaded ahead of a program and of its threads: native libraries are not there, as on a machine that they cannot be installed on.
const Module = require("node:module");

const MISSING = new Set(["@crate-crypto/node-eth-kzg", "lmdb", "secp256k1/bindings.js"]);
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (MISSING.has(request)) throw new Error(`Cannot find module '${request}'`);
  return resolve.call(this, request, ...rest);
};

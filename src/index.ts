// Why: the public API of the package.
export {};

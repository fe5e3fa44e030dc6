// Why: what is wrong with a BTF file is said where it shows; who asked for the file says which one it was.

export class BtfError extends Error {}

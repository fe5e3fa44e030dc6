// Why: an error in a BTF file is thrown where it is found; the caller adds the name of the file.

export class BtfError extends Error {}

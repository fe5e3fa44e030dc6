// Why: the public API for authors of rules and their tests (`pindrift/testing`).
export {};

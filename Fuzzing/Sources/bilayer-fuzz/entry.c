// main is libFuzzer's; LLVMFuzzerTestOneInput is in FuzzedReaders.
const char bilayer_fuzz_entry = 0;

fuzz_target(decoder LINKS protocol)

fuzz_target(format LINKS record)

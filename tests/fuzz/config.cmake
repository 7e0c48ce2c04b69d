fuzz_target(config LINKS options)

fuzz_target(url LINKS options)

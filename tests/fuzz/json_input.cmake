fuzz_target(json_input LINKS record)

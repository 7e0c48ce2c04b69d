#pragma once

#include <string>

/// The README's table of what each broker was seen to do, in Markdown, from the results of a run of
/// the contract suite (JSON). Says what is wrong with them when they cannot be read.
std::string broker_table(const std::string& results);

/// The page with the table between its two marks.
std::string with_broker_table(std::string page, const std::string& table);

#pragma once

// What each header of ours relies on: all of them include this one, or one of
// ours that does.

// Seen before any other header of ours: one sentence instead of hundreds of
// errors. The include is fatal, where #error alone lets the compiler go on.
#if __cplusplus < 202002L
#  error "vigil needs C++20: compile with -std=c++20"
#  include <needs/cxx20>
#endif

/// Shows a class or a function of the library to programs and their plug-ins:
/// all else is hidden. It stands before each class of a public or detail header
/// and each function there that a source defines, and before the templates
/// whose type is looked at while the program runs, such as keys and handles: so
/// what is made of them is not hidden where users compile with
/// `-fvisibility=hidden`, unless their own types are.
///
/// It says the same in a static build: a program that holds vigil and exports
/// its symbols (`-rdynamic`) shares it with its plug-ins.
#define VIGIL_EXPORT [[gnu::visibility("default")]]

#define DOCTEST_CONFIG_IMPLEMENT
#include <vigil/internal/base/mark.hpp>

#include <doctest/doctest.h>

#include <cstdio>

// The main function of a program with marks: fails if all its tests ran and
// one of the marks was not passed.

namespace {

bool all_ran = false;

struct watch_run : doctest::IReporter {
  explicit watch_run(const doctest::ContextOptions&) {
    // nop
  }

  void test_run_end(const doctest::TestRunStats& x) override {
    all_ran = x.numTestCases == x.numTestCasesPassingFilters;
  }

  void report_query(const doctest::QueryData&) override {
    // nop
  }

  void test_run_start() override {
    // nop
  }

  void test_case_start(const doctest::TestCaseData&) override {
    // nop
  }

  void test_case_reenter(const doctest::TestCaseData&) override {
    // nop
  }

  void test_case_end(const doctest::CurrentTestCaseStats&) override {
    // nop
  }

  void test_case_exception(const doctest::TestCaseException&) override {
    // nop
  }

  void subcase_start(const doctest::SubcaseSignature&) override {
    // nop
  }

  void subcase_end() override {
    // nop
  }

  void log_assert(const doctest::AssertData&) override {
    // nop
  }

  void log_message(const doctest::MessageData&) override {
    // nop
  }

  void test_case_skipped(const doctest::TestCaseData&) override {
    // nop
  }
};

REGISTER_LISTENER("marks", 1, watch_run);

int look_at_marks() {
  const auto& all = vigil::detail::mark::all();
  int missed = all.empty() ? 1 : 0;
  for (const auto* x : all)
    if (!x->passed) {
      ++missed;
      std::printf("no test passes this mark: %s\n", x->text);
    }
  std::printf("%zu marks, %d missed\n", all.size(), missed);
  return missed == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  doctest::Context context{argc, argv};
  const auto result = context.run();
  return result != 0 || !all_ran ? result : look_at_marks();
}

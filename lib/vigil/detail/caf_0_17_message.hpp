#pragma once

#include <vigil/detail/caf_0_17.hpp>

#include <caf/mailbox_element.hpp>

#include <utility>

namespace vigil::compat {

/// A message that looks like another and tells when it is gone.
template <class F>
class tracked_element final : public caf::mailbox_element {
public:
  tracked_element(element_ptr x, F f)
    : caf::mailbox_element(std::move(x->sender), x->mid, std::move(x->stages)),
      inner_(std::move(x)), f_(std::move(f)) {
    // nop
  }

  ~tracked_element() override {
    inner_.reset();
    f_();
  }

  caf::type_erased_tuple& content() override {
    return inner_->content();
  }

  const caf::type_erased_tuple& content() const override {
    return std::as_const(*inner_).content();
  }

  caf::message move_content_to_message() override {
    return inner_->move_content_to_message();
  }

  caf::message copy_content_to_message() const override {
    return inner_->copy_content_to_message();
  }

private:
  element_ptr inner_;
  F f_;
};

/// Returns the same message, which calls `f` once it is handled, refused or
/// dropped, in whatever thread that happens. `f` must not throw.
template <class F>
[[nodiscard]] element_ptr tracked(element_ptr x, F f) {
  return element_ptr{new tracked_element<F>(std::move(x), std::move(f))};
}

} // namespace vigil::compat

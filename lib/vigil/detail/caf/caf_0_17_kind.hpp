#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/detail/pretty_type_name.hpp>
#include <caf/mailbox_element.hpp>

#include <cstdint>
#include <string>
#include <typeinfo>
#include <utility>

namespace vigil::compat {

/// Returns what tells one kind of message from another: the type of its first
/// value. Cheap; 0 for an empty message.
[[nodiscard]] inline std::uintptr_t kind_of(const mailbox_element& x) {
  const auto& content = x.content();
  if (content.empty())
    return 0;
  const auto [number, type] = content.type(0);
  return number != 0 ? (std::uintptr_t{number} << 1) | 1
                     : reinterpret_cast<std::uintptr_t>(type);
}

/// Returns the name of what `kind_of` returned.
[[nodiscard]] inline std::string kind_name(caf::actor_system& sys,
                                           std::uintptr_t kind) {
  if (kind == 0)
    return "an empty message";
  if ((kind & 1) != 0)
    return sys.types().portable_name(static_cast<std::uint16_t>(kind >> 1),
                                     nullptr);
  // Where there is no number, `kind_of` has made it of a pointer.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  const auto* type = reinterpret_cast<const std::type_info*>(kind);
  const auto& name = sys.types().portable_name(0, type);
  return name == sys.types().default_type_name()
           ? caf::detail::pretty_type_name(*type)
           : name;
}

/// A message that stands for another: it has the sender, number and stages of
/// that one, and shows its content.
class VIGIL_EXPORT wrapped_element : public caf::mailbox_element {
public:
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

protected:
  explicit wrapped_element(element_ptr x)
    : caf::mailbox_element(std::move(x->sender), x->mid, std::move(x->stages)),
      inner_(std::move(x)) {
    // nop
  }

  element_ptr inner_;
};

/// A message that looks like another and tells when it is gone.
template <class F>
class tracked_element final : public wrapped_element {
public:
  tracked_element(element_ptr x, F f)
    : wrapped_element(std::move(x)), f_(std::move(f)) {
    // nop
  }

  ~tracked_element() override {
    inner_.reset();
    f_(*this);
  }

private:
  F f_;
};

/// Returns the same message, which calls `f(x)` once it is handled, refused or
/// dropped, in whatever thread that happens. `x` is what is left of it: who
/// asked, and whether there was an answer. `f` must not throw.
template <class F>
[[nodiscard]] element_ptr tracked(caf::actor_system&, element_ptr x, F f) {
  return element_ptr{new tracked_element<F>(std::move(x), std::move(f))};
}

/// A message that looks like another and tells if nobody looks at what it says.
template <class F>
class unread_element final : public wrapped_element {
public:
  unread_element(element_ptr x, F f)
    : wrapped_element(std::move(x)), f_(std::move(f)) {
    // nop
  }

  ~unread_element() override {
    if (!read_)
      f_();
  }

  caf::type_erased_tuple& content() override {
    read_ = true;
    return wrapped_element::content();
  }

  const caf::type_erased_tuple& content() const override {
    read_ = true;
    return wrapped_element::content();
  }

  caf::message move_content_to_message() override {
    read_ = true;
    return wrapped_element::move_content_to_message();
  }

  caf::message copy_content_to_message() const override {
    read_ = true;
    return wrapped_element::copy_content_to_message();
  }

private:
  F f_;
  mutable bool read_ = false;
};

/// Sends a message, and calls `f()` if it is dropped before anybody has looked
/// at what it says, as CAF does with what is in a mailbox at the end and with
/// what comes later. In whatever thread that happens. `f` must not throw.
template <class F>
void send_counted(const caf::strong_actor_ptr& to, element_ptr x, context* ctx,
                  F f) {
  to->enqueue(element_ptr{new unread_element<F>(std::move(x), std::move(f))},
              ctx);
}

/// Has an actor, which is not ours, tell of the messages of `send_counted` that
/// its end drops: here these do so themselves.
template <class F>
void count_unread(const caf::strong_actor_ptr&, F) {
  // nop
}

} // namespace vigil::compat

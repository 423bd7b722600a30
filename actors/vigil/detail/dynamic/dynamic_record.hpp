#pragma once

#include <vigil/detail/dynamic/dynamic_children.hpp>

#include <memory>
#include <string>

namespace vigil::detail {

/// One child of a dynamic supervisor; part of its host.
class VIGIL_EXPORT dynamic_record : public child_record {
public:
  explicit dynamic_record(std::shared_ptr<dynamic_children> population)
    : child_record(population->spec(), population->cell()),
      uid(population->next_uid()), population_(std::move(population)) {
    // It takes messages, whether or not one has come.
    state.store(child_state::running, std::memory_order_relaxed);
  }

  const std::uint64_t uid;

  [[nodiscard]] std::string path() const override;

  /// Returns the number of its incarnation, for who knows that no other begins.
  [[nodiscard]] std::uint64_t number() const noexcept {
    return incarnation.load(std::memory_order_relaxed);
  }

  [[nodiscard]] dynamic_children& population() const noexcept {
    return *population_;
  }

  /// Returns the actor that the record is part of.
  [[nodiscard]] virtual caf::strong_actor_ptr actor() noexcept = 0;

  /// Makes the child unknown to who looks it up by key. Before it leaves the
  /// population; may be called again.
  virtual void forget_key();

private:
  friend class dynamic_children;

  // -- belongs to the population, under the lock of its shard -----------------

  /// Returns whether the population has the child, and a reference to its
  /// actor.
  [[nodiscard]] bool kept() const noexcept {
    return next_ != this;
  }

  const std::shared_ptr<dynamic_children> population_;

  // A record that no population has is the next of itself: a flag would cost a
  // word.
  dynamic_record* next_ = this;
  dynamic_record* previous_ = nullptr;
};

} // namespace vigil::detail

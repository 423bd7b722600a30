#include <vigil/caf.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace vigil::compat {

void send_link_exit(caf::abstract_actor& to, const caf::abstract_actor& from,
                    caf::error reason, context* ctx) {
  to.enqueue(
    caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                              caf::exit_msg{from.address(), std::move(reason)}),
    ctx);
}

link_list::~link_list() {
  delete links_.load(std::memory_order_relaxed);
}

void link_list::note(caf::abstract_actor* x) {
  auto* mine = links_.load(std::memory_order_relaxed);
  if (mine == nullptr) {
    mine = new list;
    links_.store(mine, std::memory_order_relaxed);
  }
  if (std::find(mine->begin(), mine->end(), x->address()) == mine->end())
    mine->push_back(x->address());
}

void link_list::forget(caf::abstract_actor* x) {
  if (auto* mine = links_.load(std::memory_order_relaxed))
    std::erase(*mine, x->address());
}

std::vector<caf::actor_addr> link_list::take() {
  list result;
  if (auto* mine = links_.load(std::memory_order_relaxed))
    result.swap(*mine);
  return result;
}

} // namespace vigil::compat

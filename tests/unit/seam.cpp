#include "../caf/messages.hpp"

#include <vigil/caf.hpp>
#include <vigil/detail/caf/caf_clock.hpp>

#include <doctest/doctest.h>

// All that the files of one CAF version have to define: what any other file of
// ours names. A version that lacks something does not compile here, and the
// lint test fails on a name that is used and not listed, or listed and not
// used. Names for brokers are in tests/brokers/seam.cpp.

// -- interfaces and functions

using vigil::compat::actor_function;
using vigil::compat::behavior_of;
using vigil::compat::callable_trait;
using vigil::compat::function_for;
using vigil::compat::handle_fits_v;
using vigil::compat::handle_index;
using vigil::compat::handle_of;
using vigil::compat::install;
using vigil::compat::is_whole_reply_v;
using vigil::compat::takes_v;
using vigil::compat::type_list;
using vigil::compat::typed_actor;

// -- messages

using vigil::compat::context;
using vigil::compat::copy_content;
using vigil::compat::count_unread;
using vigil::compat::element_ptr;
using vigil::compat::get_if;
using vigil::compat::identity_of;
using vigil::compat::is_answered;
using vigil::compat::is_from;
using vigil::compat::is_marked_ended;
using vigil::compat::is_request;
using vigil::compat::is_response;
using vigil::compat::is_shown;
using vigil::compat::is_timeout;
using vigil::compat::is_urgent;
using vigil::compat::kind_name;
using vigil::compat::kind_of;
using vigil::compat::mailbox_element;
using vigil::compat::make_urgent;
using vigil::compat::post;
using vigil::compat::send_counted;
using vigil::compat::send_exit;
using vigil::compat::send_normal;
using vigil::compat::send_urgent;
using vigil::compat::sender_of;
using vigil::compat::source_of;
using vigil::compat::take_over;
using vigil::compat::tracked;

// -- requests and answers

using vigil::compat::anon_mail;
using vigil::compat::answer;
using vigil::compat::ask;
using vigil::compat::deliver_void;
using vigil::compat::mail;
using vigil::compat::make_error_response;
using vigil::compat::make_request;
using vigil::compat::number_of;
using vigil::compat::readdress;
using vigil::compat::refuse;
using vigil::compat::reply;
using vigil::compat::reply_error;
using vigil::compat::request_then;
using vigil::compat::requester;
using vigil::compat::take_requester;

// -- in whose name

using vigil::compat::answer_by_handle;
using vigil::compat::answer_oneself;
using vigil::compat::answer_relay;
using vigil::compat::answer_stage;
using vigil::compat::answer_through;
using vigil::compat::answers_by_handle;
using vigil::compat::noted_relay;
using vigil::compat::was_passed_on;

// -- errors

using vigil::compat::announce_types;
using vigil::compat::error_in;
using vigil::compat::error_payload;
using vigil::compat::is_broken_promise;
using vigil::compat::is_ours;
using vigil::compat::make_error;

// -- actors

using vigil::compat::accepted;
using vigil::compat::actor_number;
using vigil::compat::blocking_control;
using vigil::compat::control;
using vigil::compat::controller;
using vigil::compat::end_probe;
using vigil::compat::enqueue_result;
using vigil::compat::fate;
using vigil::compat::forwarder;
using vigil::compat::has_ended;
using vigil::compat::has_message;
using vigil::compat::has_thread;
using vigil::compat::ignore_strangers;
using vigil::compat::init_function;
using vigil::compat::is_front;
using vigil::compat::leftovers;
using vigil::compat::linked_by_handle;
using vigil::compat::make_forwarder;
using vigil::compat::mark_front;
using vigil::compat::monitor;
using vigil::compat::no_kept_end;
using vigil::compat::note_part;
using vigil::compat::part_of;
using vigil::compat::rejected;
using vigil::compat::run_idle;
using vigil::compat::spawn_counted;
using vigil::compat::spawn_function;
using vigil::compat::spawn_lazy;
using vigil::compat::taken_links;
using vigil::compat::telling;
using vigil::compat::unwatch;
using vigil::compat::watch;

// -- messages of an actor to itself

using vigil::compat::belongs_to_incarnation;
using vigil::compat::for_incarnation;
using vigil::compat::incarnation_of;
using vigil::compat::mark_own;
using vigil::compat::own_messages;

// -- time and the scheduler

using vigil::compat::errand;
using vigil::compat::job;
using vigil::compat::lasting_clock;
using vigil::compat::runs_actors_of;
using vigil::compat::scheduler_workers;
using vigil::compat::test_driver;
using vigil::compat::timer;
using vigil::compat::timers;

// -- programs

using vigil::compat::error_text;
using vigil::compat::help_was_asked;
using vigil::compat::is_prepared;
using vigil::compat::prepare;
using vigil::compat::prepare_for;

// What users include of it, and what is no name of a namespace.

using test::parcel;

TEST_CASE("the seam spells interfaces in one way") {
  using one = vigil::typed_actor<caf::result<int>(int)>;
  using two
    = vigil::typed_actor<caf::result<int>(int), caf::result<void>(std::string)>;
  CHECK(handle_fits_v<two, one>);
  CHECK_FALSE(handle_fits_v<one, two>);
  CHECK(takes_v<one, int>);
  CHECK_FALSE(takes_v<one, std::string>);
}

TEST_CASE("the seam takes callables apart") {
  const auto f = [](int, const std::string&) {
    return 1.0;
  };
  using trait = callable_trait<decltype(f)>;
  CHECK(std::is_same_v<trait::result_type, double>);
  CHECK(std::is_same_v<trait::arg_types, type_list<int, const std::string&>>);
  using made = actor_function<caf::behavior (*)(caf::event_based_actor*, int)>;
  CHECK(std::is_same_v<made::handle_type, caf::actor>);
  CHECK(std::is_same_v<made::actor_type, caf::event_based_actor>);
}

TEST_CASE("a reply that leaves no room for an error is known") {
  CHECK(is_whole_reply_v<caf::message>);
  CHECK(is_whole_reply_v<caf::response_promise>);
  CHECK(is_whole_reply_v<caf::expected<int>>);
  CHECK_FALSE(is_whole_reply_v<caf::result<int>>);
  CHECK_FALSE(is_whole_reply_v<int>);
}

TEST_CASE("the seam says who sent a message, and of which kind it is") {
  auto x = make_urgent(parcel{7});
  CHECK(is_urgent(*x));
  CHECK_FALSE(is_request(*x));
  CHECK_FALSE(is_response(*x));
  CHECK_FALSE(is_timeout(*x));
  CHECK_FALSE(was_passed_on(*x));
  CHECK(sender_of(*x) == nullptr);
  CHECK(is_from(*x, nullptr));
  REQUIRE(get_if<parcel>(*x) != nullptr);
  CHECK(get_if<parcel>(*x)->weight == 7);
  CHECK(get_if<int>(*x) == nullptr);
}

#pragma once

/// Everything a service needs. Include a part instead where compile time
/// matters: CAF's headers cost seconds.

#include <vigil/behavior.hpp>
#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/call.hpp>
#include <vigil/child.hpp>
#include <vigil/child_key.hpp>
#include <vigil/circuit_breaker.hpp>
#include <vigil/dynamic_ref.hpp>
#include <vigil/dynamic_supervisor.hpp>
#include <vigil/event_stream.hpp>
#include <vigil/guard.hpp>
#include <vigil/mail.hpp>
#include <vigil/mixed_dynamic_supervisor.hpp>
#include <vigil/outcome.hpp>
#include <vigil/partition_supervisor.hpp>
#include <vigil/pool.hpp>
#include <vigil/prepare.hpp>
#include <vigil/promise.hpp>
#include <vigil/registry.hpp>
#include <vigil/resource_guard.hpp>
#include <vigil/result.hpp>
#include <vigil/run.hpp>
#include <vigil/snapshot.hpp>
#include <vigil/supervisor.hpp>
#include <vigil/task_supervisor.hpp>
#include <vigil/this_child.hpp>
#include <vigil/version.hpp>
#include <vigil/virtual_time.hpp>

#!/usr/bin/env escript
%% -*- erlang -*-
%%! +S 1:1 -kernel logger_level none
%% The same questions, put to Erlang/OTP. Prints one JSON object: nanoseconds,
%% medians over many short runs.
%%
%% crash_to_up      one_for_one: the message that crashes a child, until its
%%                  replacement has said that it is up
%% crash_to_answer  the same, until the replacement has answered a message
%% start_child      simple_one_for_one: one call of supervisor:start_child
%% ets_lookup       a pid out of an ETS table, by a key modulo 4: what Elixir's
%%                  PartitionSupervisor does to route
-module(restart).
-mode(compile).
-behaviour(supervisor).
-export([init/1, start_one/1, life/1]).

main(Args) ->
    {Runs, Rounds} = case Args of
                         ["--tiny"] -> {2, 10};
                         _ -> {600, 50}
                     end,
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    Each = fun(What) -> median([What(Rounds) || _ <- lists:seq(1, Runs)]) end,
    io:format("{\"crash_to_up\": ~.1f, \"crash_to_answer\": ~.1f, "
              "\"start_child\": ~.1f, \"ets_lookup\": ~.1f, "
              "\"otp\": \"~s\"}~n",
              [Each(fun crash_to_up/1), Each(fun crash_to_answer/1),
               Each(fun start_children/1), Each(fun ets_lookups/1),
               erlang:system_info(otp_release)]).

%% Every run has a supervisor of its own, hence a fresh window: OTP keeps all
%% restarts of the window in a list, and walks it.
crash_to_up(N) ->
    with_child(fun(First) -> ups(N, First) end, N).

crash_to_answer(N) ->
    with_child(fun(First) -> answers(N, First) end, N).

with_child(Loop, N) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {one_for_one, self()}),
    First = up(),
    Time = span(fun() -> Loop(First) end),
    stop(Sup),
    Time / N.

ups(0, _) -> ok;
ups(N, Pid) ->
    Pid ! crash,
    ups(N - 1, up()).

answers(0, _) -> ok;
answers(N, Pid) ->
    Pid ! crash,
    Next = up(),
    Next ! {ping, self()},
    receive pong -> answers(N - 1, Next) end.

start_children(N) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {simple_one_for_one, self()}),
    Time = span(fun() ->
                        [{ok, _} = supervisor:start_child(Sup, [])
                         || _ <- lists:seq(1, N)]
                end),
    stop(Sup),
    Time / N.

%% Many more rounds than asked: one is too short for the clock.
ets_lookups(N) ->
    Table = ets:new(parts, [set, named_table, {read_concurrency, true}]),
    [ets:insert(Table, {I, self()}) || I <- lists:seq(0, 3)],
    Time = span(fun() -> look_up(Table, N * 100) end),
    ets:delete(Table),
    Time / (N * 100).

look_up(_, 0) -> ok;
look_up(Table, N) ->
    [{_, _}] = ets:lookup(Table, N rem 4),
    look_up(Table, N - 1).

up() ->
    receive {up, Pid} -> Pid end.

stop(Sup) ->
    unlink(Sup),
    Ref = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Ref, process, _, _} -> ok end,
    flush().

flush() ->
    receive _ -> flush() after 0 -> ok end.

span(What) ->
    Begin = erlang:monotonic_time(nanosecond),
    What(),
    erlang:monotonic_time(nanosecond) - Begin.

median(Xs) ->
    float(lists:nth(length(Xs) div 2 + 1, lists:sort(Xs))).

%% -- the supervisor and its child -------------------------------------------

init({Strategy, Owner}) ->
    {ok, {#{strategy => Strategy, intensity => 1000000, period => 1},
          [#{id => child, start => {?MODULE, start_one, [Owner]},
             restart => permanent, shutdown => brutal_kill}]}}.

start_one(Owner) ->
    {ok, spawn_link(?MODULE, life, [Owner])}.

life(Owner) ->
    Owner ! {up, self()},
    serve().

serve() ->
    receive
        crash -> exit(boom);
        {ping, From} -> From ! pong, serve()
    end.

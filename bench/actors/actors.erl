%% The workloads in Erlang: reads lines `workload processes messages`, does each and answers with a line.
-module(actors).
-export([main/0]).

main() ->
    case io:get_line("") of
        eof -> halt();
        Line ->
            [Workload, Processes, Messages] = string:lexemes(string:trim(Line), " "),
            Answer = run(Workload, list_to_integer(Processes), list_to_integer(Messages)),
            io:format("~w~n", [Answer]),
            main()
    end.

run("ping-pong", _, Messages) ->
    Ponger = spawn(fun() -> ponger(0) end),
    Main = self(),
    spawn(fun() -> Ponger ! {ping, self()}, pinger(Ponger, Messages div 2, Main) end),
    receive finished -> ok end,
    Ponger ! {stop, self()},
    receive {pings, Count} -> Count * 2 end;

run("ring", Processes, Messages) ->
    Main = self(),
    First = spawn(fun() -> receive {next, Next} -> relay(Next, Main) end end),
    Last = lists:foldl(fun(_, Next) -> spawn(fun() -> relay(Next, Main) end) end, First, lists:seq(2, Processes)),
    First ! {next, Last},
    First ! {hop, Messages - 1},
    receive finished -> ok end,
    First ! stop,
    Messages;

run("spawn", Processes, _) ->
    {Pids, _} = greeted(Processes),
    lists:foreach(fun(Pid) -> Pid ! stop end, Pids),
    length(Pids);

%% Bytes of a process that has had its message.
run("footprint", Processes, _) ->
    erlang:garbage_collect(),
    Before = erlang:memory(processes),
    {Pids, Counts} = greeted(Processes),
    erlang:garbage_collect(),
    Bytes = (erlang:memory(processes) - Before) div Processes,
    lists:foreach(fun(Pid) -> Pid ! stop end, Pids),
    Counts = Processes,
    Bytes;

run("ask", _, Messages) ->
    Ponger = spawn(fun() -> ponger(0) end),
    ask(Ponger, Messages),
    Ponger ! {stop, self()},
    receive {pings, Count} -> Count end.

pinger(_, 0, Main) -> Main ! finished;
pinger(Ponger, Left, Main) ->
    receive
        pong when Left =:= 1 -> pinger(Ponger, 0, Main);
        pong -> Ponger ! {ping, self()}, pinger(Ponger, Left - 1, Main)
    end.

ponger(Count) ->
    receive
        {ping, From} -> From ! pong, ponger(Count + 1);
        {stop, From} -> From ! {pings, Count}
    end.

relay(Next, Main) ->
    receive
        {hop, 0} -> Main ! finished, relay(Next, Main);
        {hop, Left} -> Next ! {hop, Left - 1}, relay(Next, Main);
        stop -> Next ! stop
    end.

greeted(Processes) ->
    Main = self(),
    Pids = [spawn(fun() -> counter(0, Main) end) || _ <- lists:seq(1, Processes)],
    lists:foreach(fun(Pid) -> Pid ! hello end, Pids),
    {Pids, lists:sum([receive {count, Count} -> Count end || _ <- Pids])}.

counter(Count, Main) ->
    receive
        hello -> Main ! {count, Count + 1}, counter(Count + 1, Main);
        stop -> ok
    end.

ask(_, 0) -> ok;
ask(Ponger, Left) ->
    Ponger ! {ping, self()},
    receive pong -> ask(Ponger, Left - 1) end.
